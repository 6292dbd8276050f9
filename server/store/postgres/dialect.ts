import {
  type DatabaseIntrospector,
  type DataTypeNode,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { SharedAdapter } from '../dialect.ts';
import { PooledDriver } from './driver.ts';
import type { ConnectionPool } from './pool.ts';

/** The types of columns, as what SQLite means by them: whole numbers have 64 bits, and texts the order of their bytes. */
const TYPES: Readonly<Record<string, string>> = { integer: 'bigint', text: 'text collate "C"' };

class SharedQueryCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    this.append(TYPES[node.dataType] ?? node.dataType);
  }
}

/** PostgreSQL as the queries of the store expect it. */
export class SharedDialect implements Dialect {
  readonly adapter = new SharedAdapter();
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  createDriver(): Driver {
    return new PooledDriver(this.#pool);
  }

  createQueryCompiler(): SharedQueryCompiler {
    return new SharedQueryCompiler();
  }

  createAdapter(): SharedAdapter {
    return this.adapter;
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}
