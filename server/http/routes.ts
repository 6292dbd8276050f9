import { ContractError } from '../../contract/kit.ts';

/** The methods a path has, and the values of the parameters in it. */
export interface Match<T> {
  readonly methods: ReadonlyMap<string, T>;
  readonly params: Readonly<Record<string, string>>;
}
interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter?: Node<T>;
  methods?: Map<string, T>;
  /** Names of the parameters on the way here, in order. */
  names?: readonly string[];
}
const NO_PARAMS = {};

/** Finds what serves a path. Paths are exact, and a literal segment outranks a parameter, whichever was added first. */
export function createRoutes<T>(routes: Iterable<{ method: string; path: string; value: T }>): {
  /** Undefined when nothing has this path. Throws URIError on a malformed escape. */
  find(path: string): Match<T> | undefined;
} {
  const root: Node<T> = { literals: new Map() };
  const fixed = new Map<string, Match<T>>();
  for (const { method, path, value } of routes) {
    const node = leafOf(root, path);
    node.methods ??= new Map();
    node.methods.set(method, value);
    if (!path.includes('{')) fixed.set(path, { methods: node.methods, params: NO_PARAMS });
  }
  return {
    find: (path) => fixed.get(path) ?? walk(root, path, 1, []),
  };
}

function leafOf<T>(root: Node<T>, path: string): Node<T> {
  const names: string[] = [];
  let node = root;
  for (const segment of path.slice(1).split('/')) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    let next = name === undefined ? node.literals.get(segment) : node.parameter;
    next ??= { literals: new Map() };
    if (name === undefined) node.literals.set(segment, next);
    else {
      node.parameter = next;
      names.push(name);
    }
    node = next;
  }
  if (node.names && node.names.join() !== names.join())
    throw new ContractError(`${path}: two names for one path parameter`);
  node.names = names;
  return node;
}

/** `from` is where the next segment begins; behind the end of the path when there is none. */
function walk<T>(node: Node<T>, path: string, from: number, values: string[]): Match<T> | undefined {
  if (from > path.length) return node.methods && { methods: node.methods, params: zip(node.names ?? [], values) };
  const slash = path.indexOf('/', from);
  const end = slash < 0 ? path.length : slash;
  const segment = path.slice(from, end);
  const literal = node.literals.get(segment);
  const found = literal && walk(literal, path, end + 1, values);
  if (found || !node.parameter || segment === '') return found;
  values.push(segment.includes('%') ? decodeURIComponent(segment) : segment);
  const below = walk(node.parameter, path, end + 1, values);
  values.pop();
  return below;
}

function zip(names: readonly string[], values: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (let at = 0; at < names.length; at++) params[names[at] ?? ''] = values[at] ?? '';
  return params;
}
