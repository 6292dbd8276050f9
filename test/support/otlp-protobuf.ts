/** Reads OTLP traces from protobuf: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
import type { OtlpTraces } from './otlp-receiver.ts';

type Field = { readonly number: number; readonly value: bigint | Buffer };
type Reader = (value: bigint | Buffer) => unknown;
/** The fields of a message by number: the name of each, how it is read, and whether it is a list. */
type Shape = Readonly<Record<number, readonly [name: string, read: Reader, isList?: 'list']>>;

/** What a receiver reads of an export request, in the names of OTLP's JSON. */
export const decodeTraces = (bytes: Buffer): OtlpTraces => readMessage(REQUEST, bytes) as unknown as OtlpTraces;

const text: Reader = (value) => bytesOf(value).toString();
const hex: Reader = (value) => bytesOf(value).toString('hex');
const number: Reader = (value) => Number(value);
const nanoseconds: Reader = (value) => bytesOf(value).readBigUInt64LE().toString();
const double: Reader = (value) => bytesOf(value).readDoubleLE();
const message =
  (shape: () => Shape): Reader =>
  (value) =>
    readMessage(shape(), bytesOf(value));

const VALUE: Shape = {
  1: ['stringValue', text],
  2: ['boolValue', (value) => value === 1n],
  3: ['intValue', number],
  4: ['doubleValue', double],
  5: ['arrayValue', message(() => ({ 1: ['values', message(() => VALUE), 'list'] }))],
};
const ATTRIBUTE = message(() => ({ 1: ['key', text], 2: ['value', message(() => VALUE)] }));
const SPAN: Shape = {
  1: ['traceId', hex],
  2: ['spanId', hex],
  3: ['traceState', text],
  4: ['parentSpanId', hex],
  5: ['name', text],
  6: ['kind', number],
  7: ['startTimeUnixNano', nanoseconds],
  8: ['endTimeUnixNano', nanoseconds],
  9: ['attributes', ATTRIBUTE, 'list'],
  11: ['events', message(() => ({ 2: ['name', text], 3: ['attributes', ATTRIBUTE, 'list'] })), 'list'],
  13: ['links', message(() => ({ 1: ['traceId', hex], 2: ['spanId', hex] })), 'list'],
  15: ['status', message(() => ({ 2: ['message', text], 3: ['code', number] }))],
};
const SCOPE_SPANS = message(() => ({ 2: ['spans', message(() => SPAN), 'list'] }));
const RESOURCE_SPANS = message(() => ({
  1: ['resource', message(() => ({ 1: ['attributes', ATTRIBUTE, 'list'] }))],
  2: ['scopeSpans', SCOPE_SPANS, 'list'],
}));
const REQUEST: Shape = { 1: ['resourceSpans', RESOURCE_SPANS, 'list'] };

function readMessage(shape: Shape, bytes: Buffer): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of fieldsOf(bytes)) {
    const [name, read, isList] = shape[field.number] ?? [];
    if (name === undefined || !read) continue;
    const value = read(field.value);
    const before = result[name];
    result[name] = isList ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return result;
}

function* fieldsOf(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    const value = kind === 0 ? varint() : take(kind === 1 ? 8 : kind === 5 ? 4 : Number(varint()));
    yield { number: tag >> 3, value };
  }
}

function bytesOf(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') throw new TypeError('A number stands where bytes are to be');
  return value;
}
