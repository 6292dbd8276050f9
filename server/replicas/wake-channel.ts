/**
 * The channel of a service as an expression of SQL: a channel is a database's, and services in two of its schemas do not hear each other.
 * Its name is shorter than the 63 bytes that PostgreSQL keeps of one.
 */
export const CHANNEL = `concat('agent_runtimes_wake_', (select oid from pg_namespace where nspname = current_schema()))`;
