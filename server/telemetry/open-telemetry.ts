import type { Store } from '../store/store.ts';
import { findTelemetryProblems, readTelemetrySettings } from './telemetry-settings.ts';
import type { Tracing } from './tracing.ts';

interface TelemetryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly store: Pick<Store['runs'], 'resumedBy'>;
  /** Where a model is asked, if that is known. */
  addressOf(model: string): URL | undefined;
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** Opens what traces runs; undefined, with nothing loaded, unless the variables of OpenTelemetry ask for it. */
export async function openTracing({ environment, log, ...rest }: TelemetryOptions): Promise<Tracing | undefined> {
  for (const problem of findTelemetryProblems(environment)) log.warn({}, problem);
  const settings = readTelemetrySettings(environment);
  if (!settings) return undefined;
  const [{ openOtlpExport }, { Tracing }] = await Promise.all([import('./otlp-export.ts'), import('./tracing.ts')]);
  try {
    const spans = openOtlpExport(settings, log);
    return new Tracing({ ...rest, spans, hasContents: settings.hasContents, log });
  } catch (error) {
    // The server is there for its callers, traced or not.
    log.warn({ err: error }, 'nothing is traced');
    return undefined;
  }
}
