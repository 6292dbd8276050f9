/** What runs ask of whoever traces them; without one nothing is traced, and nobody is told anything. */
import type { Message } from '../store/messages.ts';
import type { CallerTrace } from '../store/stored-runs.ts';
import type { RunEvent } from './run-events.ts';

/** Tells runs which trace they are in. */
export interface RunTracing {
  /** The trace of the request that is being answered where this is called. */
  callerNow(): CallerTrace;
  /** Opens the trace of a run that begins. `isChild`: another run has started it, and no request. */
  open(run: CallerTrace & { readonly key: string; readonly isChild?: boolean }): RunTrace;
}

/** The trace of one run. Nothing in it throws. */
export interface RunTrace {
  /** What lines of the log say of it. */
  readonly logFields: Readonly<Record<string, string>>;
  /** The headers of the requests that one step sends to a model. */
  toModel(step: number): Readonly<Record<string, string>>;
  /** What goes with a tool call, for the server of the tool. */
  toTool(callId: string): Readonly<Record<string, string>>;
  /** Told what a model is asked; set where contents are wanted. */
  readonly onAsked?: ((step: number, asked: AskedModel) => void) | undefined;
  /** Told what happens; set where contents are wanted. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told what a call that was made within another one is given, and then what it gives; set where contents are wanted. */
  readonly onInnerCall?: ((callId: string, contents: { args?: unknown; result?: unknown }) => void) | undefined;
  /** The run has ended, and whoever listens to ends of runs has been told. */
  close(): void;
}

/** What a model is asked. */
export interface AskedModel {
  readonly systemPrompt: string;
  readonly messages: readonly Message[];
}
