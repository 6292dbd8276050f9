/** What the variables of OpenTelemetry say: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */

/** How runs are traced. The exporter reads where to, with which headers and how long by itself. */
export interface TelemetrySettings {
  readonly protocol: 'http/protobuf' | 'http/json';
  /** What was asked for instead and is not there, in words. */
  readonly problem: string | undefined;
  readonly sampler: string;
  /** How many traces of those that begin here are kept, from 0 to 1. */
  readonly ratio: number;
  readonly batch: {
    readonly scheduledDelayMillis: number | undefined;
    readonly exportTimeoutMillis: number | undefined;
    readonly maxQueueSize: number | undefined;
    readonly maxExportBatchSize: number | undefined;
  };
  /** Whether spans hold what is said, and what tools are given and give. */
  readonly hasContents: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables; undefined when they do not ask for traces. */
export function readTelemetrySettings(environment: Environment): TelemetrySettings | undefined {
  const read = (name: string) => environment[name]?.trim() || undefined;
  if (!isWanted(read)) return undefined;
  const wanted = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  const count = (name: string) => toCount(read(name));
  return {
    protocol: wanted === 'http/json' ? wanted : 'http/protobuf',
    problem: wanted.startsWith('http/') ? undefined : `traces are sent by http/protobuf, not by ${wanted.slice(0, 20)}`,
    sampler: read('OTEL_TRACES_SAMPLER')?.toLowerCase() ?? 'parentbased_always_on',
    ratio: toRatio(read('OTEL_TRACES_SAMPLER_ARG')),
    batch: {
      scheduledDelayMillis: count('OTEL_BSP_SCHEDULE_DELAY'),
      exportTimeoutMillis: count('OTEL_BSP_EXPORT_TIMEOUT'),
      maxQueueSize: count('OTEL_BSP_MAX_QUEUE_SIZE'),
      maxExportBatchSize: count('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    },
    hasContents: /^(true|span_only|span_and_event)$/i.test(
      read('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT') ?? '',
    ),
  };
}

function isWanted(read: (name: string) => string | undefined): boolean {
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  const exporters = read('OTEL_TRACES_EXPORTER')?.split(',');
  if (exporters) return exporters.some((name) => name.trim() === 'otlp');
  return Boolean(read('OTEL_EXPORTER_OTLP_ENDPOINT') ?? read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'));
}

function toCount(text: string | undefined): number | undefined {
  const count = Number(text);
  return text !== undefined && Number.isInteger(count) && count > 0 ? count : undefined;
}

function toRatio(text: string | undefined): number {
  const ratio = Number(text);
  return text !== undefined && ratio >= 0 && ratio <= 1 ? ratio : 1;
}
