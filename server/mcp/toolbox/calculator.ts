/** Arithmetic from text, without ever running the text: numbers, + - * / % ^, parentheses, functions and constants. */
import { ExpressionError, type Token, Tokens, unexpected } from './tokens.ts';

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

/** The functions that {@link calculate} knows. */
export const functionNames = Object.keys(FUNCTIONS);

/** The value of an expression such as `sqrt(16) + 2^3 * -1.5e2`. Throws {@link ExpressionError}. */
export function calculate(expression: string): number {
  const tokens = new Tokens(expression);
  const value = readSum(tokens, 0);
  if (tokens.peek().kind !== 'end') throw unexpected(tokens.peek(), 'an operator');
  if (Number.isNaN(value)) throw new ExpressionError('The result is not a real number');
  if (!Number.isFinite(value)) throw new ExpressionError('The result is too large');
  return value;
}

// Each of these takes the tokens of what it is named for and returns its value; `depth` counts the levels of nesting.

function readSum(tokens: Tokens, depth: number): number {
  let value = readProduct(tokens, depth);
  for (let sign = tokens.takeSign('+', '-'); sign; sign = tokens.takeSign('+', '-')) {
    const right = readProduct(tokens, depth);
    value = sign === '+' ? value + right : value - right;
  }
  return value;
}

function readProduct(tokens: Tokens, depth: number): number {
  let value = readSigned(tokens, depth);
  for (let sign = tokens.takeSign('*', '/', '%'); sign; sign = tokens.takeSign('*', '/', '%')) {
    const right = readSigned(tokens, depth);
    if (sign !== '*' && right === 0) throw new ExpressionError('Division by zero');
    value = sign === '*' ? value * right : sign === '/' ? value / right : value % right;
  }
  return value;
}

// A sign binds weaker than a power: -2^2 is -4, as on paper.
function readSigned(tokens: Tokens, depth: number): number {
  if (depth > MAX_DEPTH) throw new ExpressionError(`The expression is nested more than ${MAX_DEPTH} levels deep`);
  if (tokens.takeSign('-')) return -readSigned(tokens, depth + 1);
  if (tokens.takeSign('+')) return readSigned(tokens, depth + 1);
  const base = readOperand(tokens, depth);
  return tokens.takeSign('^') ? base ** readSigned(tokens, depth + 1) : base;
}

function readOperand(tokens: Tokens, depth: number): number {
  const token = tokens.take();
  if (token.kind === 'number') return Number(token.text);
  if (token.kind === 'name') return readNamed(token, tokens, depth);
  if (token.text !== '(') throw unexpected(token, 'a number');
  const value = readSum(tokens, depth + 1);
  tokens.expectSign(')');
  return value;
}

function readNamed(token: Token, tokens: Tokens, depth: number): number {
  const name = token.text.toLowerCase();
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant !== undefined) return constant;
  const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!apply) {
    const known = [...functionNames, ...Object.keys(CONSTANTS)].join(', ');
    throw new ExpressionError(`Unknown name '${token.text}'; known are ${known}`);
  }
  tokens.expectSign('(');
  const values = [readSum(tokens, depth + 1)];
  while (tokens.takeSign(',')) values.push(readSum(tokens, depth + 1));
  tokens.expectSign(')');
  if (values.length > 1 && name !== 'max' && name !== 'min') throw new ExpressionError(`${name} takes one value`);
  return apply(...values);
}
