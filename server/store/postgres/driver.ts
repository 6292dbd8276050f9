import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { ConnectionPool, PooledConnection } from './pool.ts';

/** Runs Kysely's queries on pooled connections. */
export class PooledDriver implements Driver {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(await this.#pool.connect());
  }

  beginTransaction({ pooled }: Connection): Promise<void> {
    return pooled.begin();
  }

  async commitTransaction({ pooled }: Connection): Promise<void> {
    const { command } = await pooled.query('commit');
    if (command === 'ROLLBACK') throw new Error('a transaction was to be committed that had failed');
  }

  async rollbackTransaction({ pooled }: Connection): Promise<void> {
    // What failed before it is what is told; of a connection that broke, the database rolls back by itself.
    await pooled.query('rollback').catch(() => undefined);
  }

  async releaseConnection({ pooled }: Connection): Promise<void> {
    pooled.release();
  }

  destroy(): Promise<void> {
    return this.#pool.close();
  }
}

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE']);

class Connection implements DatabaseConnection {
  readonly pooled: PooledConnection;

  constructor(pooled: PooledConnection) {
    this.pooled = pooled;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.pooled.query(sql, parameters);
    return CHANGES.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  streamQuery(): never {
    throw new Error('nothing here is read in pieces');
  }
}
