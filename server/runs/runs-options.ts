import type { Store } from '../store/store.ts';
import type { EndedCall } from './call-watch.ts';
import type { DriveOptions } from './drive-run.ts';
import type { RunSharing } from './foreign-runs.ts';
import type { RunLimits } from './limits.ts';
import type { RunEndListener } from './run-end.ts';
import type { RunTracing } from './run-tracing.ts';
import type { PriceOf } from './step-recorder.ts';

/** What runs are opened with. */
export interface RunsOptions extends Pick<DriveOptions, 'files' | 'log' | 'models'> {
  readonly store: Pick<Store, 'runs'> & {
    readonly approvals: Pick<Store['approvals'], 'get' | 'giveUp' | 'open'>;
    readonly conversations: Pick<Store['conversations'], 'find' | 'get' | 'messages' | 'name'>;
  };
  readonly limits?: Partial<RunLimits> | undefined;
  /** Absent: no price is known. */
  readonly priceOf?: PriceOf | undefined;
  readonly onEnded?: RunEndListener | undefined;
  /** Is told of each tool call that was made within another one, once it has ended. */
  readonly onInnerEnded?: ((call: EndedCall) => void) | undefined;
  /** Absent: nothing is traced. */
  readonly tracing?: RunTracing | undefined;
  /** What this process has of others on the same store; absent: it has the store alone. */
  readonly sharing?: RunSharing | undefined;
}
