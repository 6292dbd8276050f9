/** Arithmetic from text, without ever running the text: numbers, + - * / % ^, parentheses, functions and constants. */

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log: Math.log10,
  log2: Math.log2,
  max: Math.max,
  min: Math.min,
  round: Math.round,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI };
const MAX_DEPTH = 100;
const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z][a-z0-9]*)|(\*\*|[-+*/%^(),])|$)/iy;

type Token = { readonly kind: 'number' | 'name' | 'sign' | 'end'; readonly text: string; readonly at: number };

/** The names `calculate` knows besides numbers. */
export const functionNames = Object.keys(FUNCTIONS);

/** The value of an expression such as `sqrt(16) + 2^3 * -1.5e2`. Throws one sentence that says what is wrong and where. */
export function calculate(expression: string): number {
  const tokens = readTokens(expression);
  let next = 0;
  const peek = () => tokens[next] ?? END;
  const take = () => tokens[next++] ?? END;
  const isSign = (...signs: string[]) => peek().kind === 'sign' && signs.includes(peek().text);
  const expect = (sign: string) => {
    const token = take();
    if (token.text !== sign || token.kind !== 'sign') throw unexpected(token, `'${sign}'`);
  };

  const sum = (depth: number): number => {
    let value = product(depth);
    while (isSign('+', '-')) value = take().text === '+' ? value + product(depth) : value - product(depth);
    return value;
  };
  const product = (depth: number): number => {
    let value = signed(depth);
    while (isSign('*', '/', '%')) {
      const { text } = take();
      const right = signed(depth);
      if (text !== '*' && right === 0) throw new Error('Division by zero');
      value = text === '*' ? value * right : text === '/' ? value / right : value % right;
    }
    return value;
  };
  // A sign binds weaker than a power: -2^2 is -4, as on paper.
  const signed = (depth: number): number => {
    if (depth > MAX_DEPTH) throw new Error(`The expression is nested more than ${MAX_DEPTH} levels deep`);
    if (isSign('-')) return take() && -signed(depth + 1);
    if (isSign('+')) return take() && signed(depth + 1);
    const base = atom(depth);
    return isSign('^') ? take() && base ** signed(depth + 1) : base;
  };
  const atom = (depth: number): number => {
    const token = take();
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'name') return named(token, depth);
    if (token.text !== '(') throw unexpected(token, 'a number');
    const value = sum(depth + 1);
    expect(')');
    return value;
  };
  const named = (token: Token, depth: number): number => {
    const name = token.text.toLowerCase();
    const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!apply) {
      const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
      if (constant !== undefined) return constant;
      throw new Error(
        `Unknown name '${token.text}'; known are ${[...functionNames, ...Object.keys(CONSTANTS)].join(', ')}`,
      );
    }
    expect('(');
    const values = [sum(depth + 1)];
    while (isSign(',')) values.push(take() && sum(depth + 1));
    expect(')');
    if (values.length > 1 && name !== 'max' && name !== 'min') throw new Error(`${name} takes one value`);
    return apply(...values);
  };

  const value = sum(0);
  if (peek().kind !== 'end') throw unexpected(peek(), 'an operator');
  if (Number.isNaN(value)) throw new Error('The result is not a real number');
  if (!Number.isFinite(value)) throw new Error('The result is too large');
  return value;
}

const END: Token = { kind: 'end', text: '', at: 0 };

function readTokens(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const [, number, name, sign] = TOKEN.exec(expression) ?? [];
    const text = number ?? name ?? sign;
    if (text === undefined) {
      const at = start + (/^\s*/.exec(expression.slice(start))?.[0].length ?? 0);
      throw new Error(`Unexpected '${expression[at]}' at position ${at + 1}`);
    }
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text: text === '**' ? '^' : text, at: TOKEN.lastIndex - text.length + 1 });
  }
  return tokens;
}

function unexpected(token: Token, wanted: string): Error {
  const found = token.kind === 'end' ? 'the end of the expression' : `'${token.text}' at position ${token.at}`;
  return new Error(`Expected ${wanted}, found ${found}`);
}
