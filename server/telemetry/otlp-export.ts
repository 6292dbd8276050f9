/** Sends spans by OTLP over HTTP, with the SDK of OpenTelemetry. Loaded only where traces are wanted. */
import type { Agent } from 'node:http';
import {
  createTraceState,
  type Attributes as SdkAttributes,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import {
  JsonTraceSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { settlesWithin } from '../async/settles-within.ts';
import { maskSecrets } from '../http/log.ts';
import { version } from '../version.ts';
import { createSampler } from './sampler.ts';
import type { Attributes, Span } from './span.ts';
import type { SpanExport } from './span-export.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';
import type { TraceContext } from './trace-context.ts';

interface ExportLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** How long the last spans may take. */
const FLUSH_MS = 3000;
const MAX_REASON_CHARS = 300;

/** Opens the way to the receiver, which is not asked before there are spans. Throws when its address is none. */
export function openOtlpExport(settings: TelemetrySettings, log: ExportLog): SpanExport {
  const { exporter, giveUp } = createExporter(settings);
  const processor = new BatchSpanProcessor({ ...settings.batch, exporter: toldOfFailures(exporter, log) });
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'agent-runtimes', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }));
  return {
    isSampled: createSampler(settings),
    add(spans) {
      for (const span of spans) processor.onEnd(toReadableSpan(span, resource));
    },
    async close() {
      const last = processor.shutdown().catch(() => undefined);
      if (!(await settlesWithin(last, FLUSH_MS))) giveUp();
    },
  };
}

function createExporter({ protocol }: TelemetrySettings): { exporter: SpanExporter; giveUp: () => void } {
  const isJson = protocol === 'http/json';
  const headers = { 'Content-Type': isJson ? 'application/json' : 'application/x-protobuf' };
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', headers);
  let agent: Agent | undefined;
  const agentFactory = async (protocol: string) => {
    agent = await options.agentFactory(protocol);
    return agent;
  };
  const serializer = isJson ? JsonTraceSerializer : ProtobufTraceSerializer;
  const helper = TraceExporterMetricsHelper;
  return {
    exporter: new OTLPExporterBase(
      createOtlpHttpExportDelegate(
        { ...options, agentFactory },
        serializer,
        'otlp_http_span_exporter',
        helper,
        undefined,
      ),
    ),
    // The exporter goes on trying by itself, for longer than a process that ends should wait for it.
    giveUp() {
      agent?.destroy();
      if (agent) agent.createConnection = refuseConnection;
    },
  };
}

/** The end of a connection that was not begun: the process ends. */
class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

function refuseConnection(): never {
  throw new ClosedError('the receiver took nothing until this server ended');
}

/** The same exporter, with one line in the log when sending begins to fail, and one when it succeeds again. */
function toldOfFailures(exporter: SpanExporter, log: ExportLog): SpanExporter {
  let isFailing = false;
  const note = (error: Error | undefined) => {
    const wasFailing = isFailing;
    isFailing = error !== undefined;
    if (isFailing === wasFailing) return;
    if (!error) return log.info({}, 'traces are sent again');
    const reason = maskSecrets(error.message).slice(0, MAX_REASON_CHARS);
    log.warn({ reason }, 'traces cannot be sent; those that are too many to wait are dropped');
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        note(result.code === 0 ? undefined : (result.error ?? new Error('the receiver did not take them')));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function toReadableSpan(span: Span, resource: Resource): ReadableSpan {
  const { context, parent, startedAt, endedAt, failure } = span;
  const own = toSdkContext(context);
  return {
    name: span.name,
    kind: span.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => own,
    ...(parent && { parentSpanContext: { ...own, ...parent } }),
    startTime: toHrTime(startedAt),
    endTime: toHrTime(endedAt),
    duration: toHrTime(endedAt - startedAt),
    status: failure === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failure },
    attributes: toSdkAttributes(span.attributes),
    links: span.links.map((link) => ({ context: { ...toSdkContext(link), isRemote: true } })),
    events: span.events.map(({ name, at, attributes }) => ({
      name,
      time: toHrTime(at),
      attributes: toSdkAttributes(attributes),
    })),
    ended: true,
    resource,
    instrumentationScope: { name: 'agent-runtimes', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const toSdkContext = ({ traceId, spanId, isSampled, state }: TraceContext) => ({
  traceId,
  spanId,
  traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  ...(state !== null && { traceState: createTraceState(state) }),
});

const toSdkAttributes = (attributes: Attributes): SdkAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );

/** Seconds, and nanoseconds. */
const toHrTime = (ms: number): [number, number] => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
