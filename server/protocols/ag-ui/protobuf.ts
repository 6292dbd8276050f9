/** AG-UI events as protobuf, for callers whose Accept asks for it. */
import type { BaseEvent } from '@ag-ui/core';

const MEDIA_TYPE = 'application/vnd.ag-ui.event+proto';

/** Writes event streams as protobuf. */
export interface AgUiProtobuf {
  /** Whether `accept` asks for protobuf; the encoder is loaded when it first does, and is there once this resolves. */
  prepare(accept: string | string[] | undefined): Promise<boolean>;
  /** How a stream is written: each event with its length before it. */
  readonly format: { readonly contentType: string; encode(event: unknown): Uint8Array };
}

/** The binary form of the event stream. The encoder is not loaded before somebody asks for it. */
export function createAgUiProtobuf(): AgUiProtobuf {
  let encode: ((event: BaseEvent) => Uint8Array) | undefined;
  return {
    async prepare(accept) {
      if (!String(accept ?? '').includes(MEDIA_TYPE)) return false;
      if (!encode) {
        const { EventEncoder } = await import('@ag-ui/encoder');
        const encoder = new EventEncoder({ accept: MEDIA_TYPE });
        encode = (event) => encoder.encodeBinary(event);
      }
      return true;
    },
    format: {
      contentType: MEDIA_TYPE,
      encode(event) {
        if (!encode) throw new EncoderNotPreparedError('The protobuf encoder was not prepared');
        // The contract has checked the event; the encoder's type says the same with an enum for `type`.
        return encode(event as BaseEvent);
      },
    },
  };
}

/** A stream is to be written as protobuf before {@link AgUiProtobuf.prepare} has loaded the encoder. */
class EncoderNotPreparedError extends Error {
  override readonly name = 'EncoderNotPreparedError';
}
