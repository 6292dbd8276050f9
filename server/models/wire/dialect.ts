/** The ways in which providers speak. */
import type { JsonObject } from './shapes.ts';
import type { Said } from './short-cut.ts';

/** What a provider says has gone wrong, or what has gone wrong with what it says. */
export class Fault {
  readonly message: string;
  /** What the provider calls it. */
  readonly type: string | undefined;
  readonly code: string | number | undefined;

  constructor(message: string, { type, code }: { type?: string | undefined; code?: string | number | undefined } = {}) {
    this.message = message;
    this.type = type;
    this.code = code;
  }
}

/** The type of a fault: the answer ended before its end. */
export const CUT = 'answer_cut';
/** The type of a fault: what came is not JSON. */
export const UNREADABLE = 'answer_unreadable';

/** What stands in place of one frame. */
export type Mended = JsonObject | readonly (JsonObject | Fault)[];

/** One answer in the words of one API. Each answer has one of its own, and is given every frame in order. */
export interface Dialect {
  /** Whether a frame is of this API at all. */
  owns(frame: JsonObject): boolean;
  /** What is to be read in place of a frame: the same object when it is well as it is. `event` is the name it came under. */
  mend(frame: JsonObject, event: string | undefined): Mended;
  /** What a mended frame says, when it is the next piece of a text or thought and nothing else. */
  saidIn(frame: JsonObject): Said | undefined;
  /** What is missing at the end. `isMarked`: the provider has said that this is the end. */
  end(isMarked: boolean): readonly (JsonObject | Fault)[];
  /** Whether the answer is whole: nothing that comes now may undo it. */
  readonly isWhole: boolean;
  /** Whether nothing can come any more. */
  readonly isOver: boolean;
  /** A fault as this API says it. */
  toError(fault: Fault): JsonObject;
}

/** The frames and faults of {@link Mended}, in order. */
export const toList = (mended: Mended): readonly (JsonObject | Fault)[] => (isList(mended) ? mended : [mended]);
const isList = (mended: Mended): mended is readonly (JsonObject | Fault)[] => Array.isArray(mended);
