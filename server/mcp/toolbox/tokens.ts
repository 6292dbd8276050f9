/** A piece of an arithmetic expression. */
export interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  /** Its position, counted from 1. */
  readonly at: number;
}

/** An expression that cannot be calculated. The message says in one sentence what is wrong and, where that helps, at which position. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z][a-z0-9]*)|(\*\*|[-+*/%^(),])|$)/iy;
const END: Token = { kind: 'end', text: '', at: 0 };

/** The tokens of an expression, read from left to right. */
export class Tokens {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(expression: string) {
    this.#tokens = readTokens(expression);
  }

  /** The next token, which stays the next. */
  peek(): Token {
    return this.#tokens[this.#next] ?? END;
  }

  take(): Token {
    return this.#tokens[this.#next++] ?? END;
  }

  /** Takes the next token when it is one of these signs. */
  takeSign(...signs: string[]): string | undefined {
    const { kind, text } = this.peek();
    return kind === 'sign' && signs.includes(text) ? this.take().text : undefined;
  }

  /** Takes the next token, which must be this sign. */
  expectSign(sign: string): void {
    if (this.takeSign(sign) === undefined) throw unexpected(this.peek(), `'${sign}'`);
  }
}

/** The error of a token that stands where something else is wanted. */
export function unexpected(token: Token, wanted: string): ExpressionError {
  const found = token.kind === 'end' ? 'the end of the expression' : `'${token.text}' at position ${token.at}`;
  return new ExpressionError(`Expected ${wanted}, found ${found}`);
}

function readTokens(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const [, number, name, sign] = TOKEN.exec(expression) ?? [];
    const text = number ?? name ?? sign;
    if (text === undefined) {
      const at = start + (/^\s*/.exec(expression.slice(start))?.[0].length ?? 0);
      throw new ExpressionError(`Unexpected '${expression[at]}' at position ${at + 1}`);
    }
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text: text === '**' ? '^' : text, at: TOKEN.lastIndex - text.length + 1 });
  }
  return tokens;
}
