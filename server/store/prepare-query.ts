import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import { dialectOf } from './dialect.ts';
import type { Tables } from './schema.ts';

/** Runs a query with values, in a transaction or without one. */
type PreparedQuery<Values, Row> = (db: Kysely<Tables>, values: Values) => Promise<QueryResult<Row>>;

/**
 * A query for what every run does. It is built and compiled when it is first run, and from then on only given other values: to build a
 * query costs more than SQLite takes to run it. It must be the same whatever the values are, so null is compared by `is not distinct from`.
 */
export function prepareQuery<Values extends object, Row>(
  build: (db: Kysely<Tables>, values: Values) => Compilable<Row>,
): PreparedQuery<Values, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  let compiledFor: object | undefined;
  return (db, values) => {
    const dialect = dialectOf(db);
    // Nearly always of the one database there is.
    if (!compiled || compiledFor !== dialect) {
      compiled = build(db, createPlaces()).compile();
      compiledFor = dialect;
    }
    const parameters = compiled.parameters.map((each) =>
      each instanceof Place ? Reflect.get(values, each.name) : each,
    );
    return db.executeQuery({ ...compiled, parameters });
  };
}

/** The first row of a result, if there is one. */
export const firstOf = <Row>({ rows }: QueryResult<Row>): Row | undefined => rows[0];

/** Where a value is put when the query is run. */
class Place {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** A place for each value. Kysely passes on what it is given as a value, so the places may stand for values of any type. */
function createPlaces<Values extends object>(): Values {
  return new Proxy(Object.create(null), { get: (_, name) => new Place(name) });
}
