import { describe, expect, test } from 'vitest';
import { canShow, furtherNames, newItem, readNumber, withProperty } from '../client/console/forms/form-values.ts';
import { type Field, type Schema, toForm } from '../client/console/forms/schema-fields.ts';
import { placeIssues, readIssues } from '../client/console/forms/server-issues.ts';

const object = (properties: Record<string, unknown>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
/** The field of the one property `it`. */
function fieldOf(schema: unknown, more: Schema = {}): Field {
  const form = toForm(object({ it: schema }, more));
  const field = form.kind === 'group' ? form.fields[0]?.field : undefined;
  if (!field) throw new Error('There is no field');
  return field;
}

describe('the fields of a schema', () => {
  test('each plain type has its field, with its limits, its description and its default', () => {
    expect(fieldOf({ type: 'integer', minimum: 1, maximum: 10, default: 3, description: 'How many' })).toEqual({
      kind: 'number',
      label: 'it',
      type: 'integer, 1 to 10',
      description: 'How many',
      isRequired: false,
      initial: 3,
    });
    expect(fieldOf({ type: 'string', title: 'Place', maxLength: 20 }, { required: ['it'] })).toEqual({
      kind: 'text',
      label: 'Place',
      type: 'string, at most 20 characters',
      isRequired: true,
      isLong: false,
      isSecret: false,
    });
    expect(fieldOf({ type: 'boolean' })).toEqual({ kind: 'boolean', label: 'it', type: 'boolean', isRequired: false });
    expect(fieldOf({ type: 'boolean' }, { required: ['it'] })).toMatchObject({ kind: 'boolean', initial: false });
    expect(fieldOf({ type: 'number', exclusiveMinimum: 0, multipleOf: 5 }).type).toBe(
      'number, more than 0, multiple of 5',
    );
    expect(fieldOf({ type: 'string', format: 'date', pattern: '^2' }).type).toBe('string, date, pattern ^2');
  });

  test('what takes one of several values is a choice, however that is written', () => {
    const choices = (schema: unknown) => {
      const field = fieldOf(schema);
      return field.kind === 'choice' ? field.choices : field.kind;
    };
    expect(choices({ type: 'string', enum: ['a', 'b'] })).toEqual([
      { label: 'a', value: 'a' },
      { label: 'b', value: 'b' },
    ]);
    expect(choices({ enum: [1, null] })).toEqual([
      { label: '1', value: 1 },
      { label: 'null', value: null },
    ]);
    expect(choices({ oneOf: [{ const: 'x', title: 'The x' }, { const: 2 }] })).toEqual([
      { label: 'The x', value: 'x' },
      { label: '2', value: 2 },
    ]);
    expect(choices({ type: 'string', enum: ['a'], enumNames: ['First'] })).toEqual([{ label: 'First', value: 'a' }]);
    expect(choices({ const: 'only' })).toEqual([{ label: 'only', value: 'only' }]);
  });

  test('lists and nested objects nest, with what they begin with', () => {
    const form = toForm(
      object(
        {
          tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
          where: object({ x: { type: 'number', default: 1 }, y: { type: 'number' } }, { required: ['x'] }),
        },
        { required: ['tags', 'where'] },
      ),
    );
    expect(form).toMatchObject({
      kind: 'group',
      initial: { tags: [], where: { x: 1 } },
      fields: [
        {
          name: 'tags',
          field: { kind: 'list', type: 'array of string, at most 2 items', maxItems: 2, item: { kind: 'text' } },
        },
        {
          name: 'where',
          field: {
            kind: 'group',
            fields: [
              { name: 'x', field: { kind: 'number', isRequired: true } },
              { name: 'y', field: { kind: 'number', isRequired: false } },
            ],
          },
        },
      ],
    });
  });

  test('an optional object is begun with nothing', () => {
    const form = toForm(object({ where: object({ x: { type: 'number', default: 1 } }) }));
    expect(form.initial).toEqual({});
  });

  test('references are followed, and what holds itself ends in JSON', () => {
    const place = object({ name: { type: 'string' } });
    expect(fieldOf({ $ref: '#/$defs/Place', description: 'Where' }, { $defs: { Place: place } })).toMatchObject({
      kind: 'group',
      description: 'Where',
      fields: [{ name: 'name' }],
    });
    const node = object({ next: { $ref: '#/$defs/Node' } });
    const text = JSON.stringify(fieldOf({ $ref: '#/$defs/Node' }, { $defs: { Node: node } }));
    expect(text).toContain('"kind":"json"');
    expect(fieldOf({ $ref: '#/$defs/Loop' }, { $defs: { Loop: { $ref: '#/$defs/Loop' } } }).kind).toBe('json');
    expect(fieldOf({ $ref: 'https://example.com/schema' }).kind).toBe('json');
    expect(fieldOf({ $ref: '#/constructor' }).kind).toBe('json');
  });

  test('an optional parameter as Pydantic writes it is a field of its type', () => {
    const schema = { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }], default: null, title: 'Limit' };
    expect(fieldOf(schema)).toEqual({ kind: 'number', label: 'Limit', type: 'integer, at least 0', isRequired: false });
    expect(fieldOf({ type: ['string', 'null'] })).toMatchObject({ kind: 'text', type: 'string or null' });
  });

  test.each([
    ['anyOf', { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    ['oneOf', { oneOf: [object({ a: {} }), object({ b: {} })] }],
    ['several allOf', { allOf: [object({ a: {} }), object({ b: {} })] }],
    ['several types', { type: ['string', 'number'] }],
    ['no type', {}],
    ['true', true],
    ['a map of numbers', { type: 'object', additionalProperties: { type: 'number' } }],
    ['an object of anything', { type: 'object' }],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }] }],
    ['a list of anything', { type: 'array' }],
    ['an empty enum', { enum: [] }],
    ['a type that is none', { type: 7 }],
  ])('%s is JSON', (_name, schema) => {
    expect(fieldOf(schema).kind).toBe('json');
  });

  test('texts by name are names and texts', () => {
    const texts = { type: 'object', additionalProperties: { type: 'string' } };
    expect(fieldOf(texts)).toMatchObject({ kind: 'map', type: 'names and texts', isSecret: false });
    expect([canShow(fieldOf(texts), { a: 'b' }), canShow(fieldOf(texts), { a: 1 })]).toEqual([true, false]);
  });

  test('a root that is a choice between objects is JSON as a whole', () => {
    const form = toForm(object({ a: {} }, { anyOf: [{ required: ['a'] }, { required: ['b'] }] }));
    expect(form.kind).toBe('json');
    expect(toForm({ type: 'object' })).toMatchObject({ kind: 'group', fields: [], initial: {} });
  });
});

describe('the value of a form', () => {
  test('numbers are read as they are meant, and what is none stays what it is', () => {
    expect(['3', ' 1e3 ', '-.5', '+2', '', 'many', '1,5', 'Infinity'].map(readNumber)).toEqual([
      ...[3, 1000, -0.5, 2, undefined],
      ...['many', '1,5', 'Infinity'],
    ]);
  });

  test('a property that is emptied is left out, and one that is set stays in its place', () => {
    expect(JSON.stringify(withProperty({ a: 1, b: 2 }, 'a', 3))).toBe('{"a":3,"b":2}');
    expect(withProperty({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(withProperty(undefined, 'a', 1)).toEqual({ a: 1 });
  });

  test('a value that its field cannot show is known', () => {
    const list = fieldOf({ type: 'array', items: { type: 'string' } });
    expect([list, list, list].map((field, at) => canShow(field, [undefined, ['a'], 'a'][at]))).toEqual([
      true,
      true,
      false,
    ]);
    expect(canShow(fieldOf({ enum: ['a'] }), 'b')).toBe(false);
    expect(furtherNames(toForm(object({ a: {} })), { a: 1, b: 2 })).toEqual(['b']);
  });

  test('a new item begins with what its field has room for', () => {
    expect(newItem(fieldOf({ type: 'string' }))).toBe('');
    expect(newItem(fieldOf({ enum: ['x', 'y'] }))).toBe('x');
    expect(newItem(fieldOf({ type: 'array', items: { type: 'string' } }))).toEqual([]);
    expect(newItem(fieldOf({ type: 'integer', default: 4 }))).toBe(4);
    expect(newItem(fieldOf({}))).toBe(null);
    const place = object({ name: { type: 'string', default: 'here' } });
    expect(newItem(fieldOf(place))).toEqual({ name: 'here' });
  });
});

describe('what a server says is wrong', () => {
  test('is read from the issues of zod, from the lines of Pydantic and from the errors of ajv', () => {
    const zod = [{ code: 'invalid_type', path: ['where', 'x'], message: 'expected number' }];
    expect(
      readIssues(`MCP error -32602: Input validation error: Invalid arguments for tool t: ${JSON.stringify(zod)}`),
    ).toEqual([{ path: ['where', 'x'], message: 'expected number' }]);
    const said = 'Invalid input: expected number at where.x\nToo short at tags[0]\nNot both';
    expect(readIssues(`MCP error -32602: Input validation error: Invalid arguments for tool t: ${said}`)).toEqual([
      { path: ['where', 'x'], message: 'Invalid input: expected number' },
      { path: ['tags', 0], message: 'Too short' },
      { path: [], message: 'Not both' },
    ]);
    const lines = [
      'Error executing tool add: 2 validation errors for addArguments',
      'a',
      "  Input should be a valid integer [type=int_parsing, input_value='x', input_type=str]",
      '    For further information visit https://errors.pydantic.dev/2.11/v/int_parsing',
      'tags.0',
      '  Field required [type=missing, input_value={}, input_type=dict]',
    ];
    expect(readIssues(lines.join('\n'))).toEqual([
      { path: ['a'], message: 'Input should be a valid integer' },
      { path: ['tags', 0], message: 'Field required' },
    ]);
    expect(readIssues('[{"instancePath": "/tags/1", "message": "must be string"}]')).toEqual([
      { path: ['tags', 1], message: 'must be string' },
    ]);
    expect(readIssues('No file [1] of this name')).toEqual([]);
    expect(readIssues('It did not work')).toEqual([]);
  });

  test('stands at the field it is said of, else at the nearest around it', () => {
    const form = toForm(
      object({
        tags: { type: 'array', items: { type: 'string' } },
        where: object({ x: { type: 'number' } }),
        any: {},
      }),
    );
    const issue = (path: (string | number)[]) => ({ path, message: 'wrong' });
    const value = { tags: ['a'], where: { x: 1 } };
    const issues = [['tags', 0], ['tags', 4], ['where', 'x'], ['where', 'z'], ['any', 'deep'], ['unknown'], []];
    expect(Object.fromEntries(placeIssues(form, value, issues.map(issue)))).toEqual({
      '["tags",0]': ['wrong'],
      '["tags"]': ['4: wrong'],
      '["where","x"]': ['wrong'],
      '["where"]': ['z: wrong'],
      '["any"]': ['deep: wrong'],
      '[]': ['unknown: wrong', 'wrong'],
    });
  });
});
