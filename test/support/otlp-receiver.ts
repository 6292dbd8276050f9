/** A receiver of OTLP over HTTP on loopback, for traces as protobuf or JSON. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeTraces } from './otlp-protobuf.ts';

/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has no parent. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 is internal, 3 is client. */
  readonly kind: number;
  readonly traceState: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 is an error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A receiver that runs. */
export interface OtlpReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The paths and headers of what came. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Resolves once the spans pass, with all of them; fails after fifteen seconds in which nothing came. */
  until(passes: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
}

const SILENCE_MS = 15_000;

/** Starts it on a free port. `answers`: the status it answers with. */
export async function startOtlpReceiver({ status = 200 }: { status?: number } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: OtlpReceiver['requests'][number][] = [];
  let came = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const isJson = request.headers['content-type'] === 'application/json';
    spans.push(...toSpans(isJson ? JSON.parse(body.toString()) : decodeTraces(body)));
    requests.push({ path: request.url ?? '', headers: request.headers });
    response.writeHead(status, { 'content-type': request.headers['content-type'] ?? '' });
    response.end(isJson ? '{}' : '');
    came.resolve();
    came = Promise.withResolvers();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    requests,
    async until(passes) {
      while (!passes(spans)) await Promise.race([came.promise, tooLong(spans)]);
      return spans;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const tooLong = (spans: readonly ReceivedSpan[]) =>
  new Promise<never>((_, reject) => {
    const names = spans.map(({ name }) => name).join(', ');
    setTimeout(() => reject(new Error(`No more spans came than: ${names || 'none'}`)), SILENCE_MS).unref();
  });

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly Value[] };
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];

/** The part of `ExportTraceServiceRequest` that is read here: https://github.com/open-telemetry/opentelemetry-proto */
export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: Attributes };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: Attributes;
  readonly events?: readonly { readonly name: string; readonly attributes?: Attributes }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

function toSpans({ resourceSpans }: OtlpTraces): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => toSpan(span, toRecord(resource?.attributes)))),
  );
}

const toSpan = (span: OtlpSpan, resource: Record<string, unknown>): ReceivedSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId ?? '',
  name: span.name,
  kind: span.kind,
  traceState: span.traceState ?? '',
  startedAt: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
  endedAt: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
  attributes: toRecord(span.attributes),
  events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: toRecord(attributes) })),
  links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
  status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
  resource,
});

const toRecord = (attributes: Attributes = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toPlain(value)]));

function toPlain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: Value): unknown {
  if (arrayValue) return (arrayValue.values ?? []).map(toPlain);
  return stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
}
