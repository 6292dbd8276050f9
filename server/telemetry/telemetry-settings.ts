/** What the variables of OpenTelemetry say: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */

/** How runs are traced. The exporter reads where to, with which headers and how long by itself. */
export interface TelemetrySettings {
  readonly protocol: 'http/protobuf' | 'http/json';
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
type Read = (name: string) => string | undefined;

const readerOf =
  (environment: Environment): Read =>
  (name) =>
    environment[name]?.trim() || undefined;

/** Reads the variables; undefined when they do not ask for traces. */
export function readTelemetrySettings(environment: Environment): TelemetrySettings | undefined {
  const read = readerOf(environment);
  if (!isWanted(read)) return undefined;
  const count = (name: string) => toCount(read(name));
  return {
    protocol: readProtocol(read) === 'http/json' ? 'http/json' : 'http/protobuf',
    sampler: readSampler(read),
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

/** What the variables ask for and do not get, one sentence each, without the addresses, which may hold secrets. */
export function findTelemetryProblems(environment: Environment): string[] {
  const read = readerOf(environment);
  if (isDisabled(read)) return [];
  const others = readExporters(read)?.filter((name) => name !== 'otlp' && name !== 'none') ?? [];
  const protocol = readProtocol(read);
  const sampler = readSampler(read);
  return [
    ...others.map((name) => `OTEL_TRACES_EXPORTER: traces are sent by otlp, not by ${name.slice(0, 20)}`),
    ...ENDPOINTS.filter((name) => read(name) && !isAddress(read(name))).map(
      (name) => `${name} is passed over: it is no http or https URL, such as http://127.0.0.1:4318`,
    ),
    ...(protocol.startsWith('http/') ? [] : [`traces are sent by http/protobuf, not by ${protocol.slice(0, 20)}`]),
    ...(SAMPLERS.includes(sampler)
      ? []
      : [`OTEL_TRACES_SAMPLER: ${DEFAULT_SAMPLER} is used, as ${sampler.slice(0, 20)} is not known`]),
  ];
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
const DEFAULT_SAMPLER = 'parentbased_always_on';
const SAMPLERS = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);

const isDisabled = (read: Read) => read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
const isAddress = (text = '') => /^https?:$/.test(URL.parse(text)?.protocol ?? '');
const readExporters = (read: Read) =>
  read('OTEL_TRACES_EXPORTER')
    ?.split(',')
    .map((name) => name.trim());
const readProtocol = (read: Read) =>
  read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
const readSampler = (read: Read) => read('OTEL_TRACES_SAMPLER')?.toLowerCase() ?? DEFAULT_SAMPLER;

function isWanted(read: Read): boolean {
  if (isDisabled(read)) return false;
  const exporters = readExporters(read);
  return exporters ? exporters.includes('otlp') : ENDPOINTS.some((name) => isAddress(read(name)));
}

function toCount(text: string | undefined): number | undefined {
  const count = Number(text);
  return text !== undefined && Number.isInteger(count) && count > 0 ? count : undefined;
}

function toRatio(text: string | undefined): number {
  const ratio = Number(text);
  return text !== undefined && ratio >= 0 && ratio <= 1 ? ratio : 1;
}
