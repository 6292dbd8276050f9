import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** A condition that holds where all of them do; without any, everywhere. */
export const allOf = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  conditions.length ? sql`${sql.join(conditions, sql` and `)}` : sql`true`;

/** Conditions that hold where each column has its value; a column whose value is undefined may have any. */
export const haveValues = (values: Readonly<Record<string, unknown>>): RawBuilder<SqlBool>[] =>
  Object.entries(values).flatMap(([column, value]) =>
    value === undefined ? [] : sql<SqlBool>`${sql.ref(column)} = ${value}`,
  );

/** Conditions that hold where a column is from `from` on and before `to`; undefined is without a bound. */
export function areWithin(
  column: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): RawBuilder<SqlBool>[] {
  const name = sql.ref(column);
  return [
    ...(from === undefined ? [] : [sql<SqlBool>`${name} >= ${from}`]),
    ...(to === undefined ? [] : [sql<SqlBool>`${name} < ${to}`]),
  ];
}
