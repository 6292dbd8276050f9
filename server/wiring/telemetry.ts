import type { Log } from '../http/log.ts';
import type { Models } from '../models/models.ts';
import type { Store } from '../store/store.ts';
import { openTracing } from '../telemetry/open-telemetry.ts';

interface TelemetryOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly store: Store;
  readonly models: Models;
  readonly log: Log;
}

/** Opens what follows runs from outside, where the environment asks for it. */
export async function openTelemetry({ environment, store, models, log }: TelemetryOptions) {
  const tracing = await openTracing({
    environment,
    store: store.runs,
    addressOf: (model) => models.addressOf(model),
    log,
  });
  return {
    tracing,
    openTrace: tracing && ((headers: Parameters<typeof tracing.requests.open>[0]) => tracing.requests.open(headers)),
    /** Says what agents are called, once that is known. */
    nameAgents: (find: (id: string) => { readonly name: string } | undefined) =>
      tracing?.nameAgents((id) => find(id)?.name ?? id),
    close: () => tracing?.close(),
  };
}
