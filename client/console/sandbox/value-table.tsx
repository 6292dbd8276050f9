/** Data that is rows of one kind, as a table. */

import { Scroll } from '../ui/text.tsx';

type Row = Readonly<Record<string, unknown>>;

const MAX_ROWS = 200;
const MAX_COLUMNS = 40;
const MAX_CELL_CHARS = 200;

/** The rows of a value; undefined when it is no list of objects whose values are short. */
export function rowsOf(value: unknown): readonly Row[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const isRow = (one: unknown): one is Row => typeof one === 'object' && one !== null && !Array.isArray(one);
  return value.every((one) => isRow(one) && Object.keys(one).length > 0) ? value : undefined;
}

/** A table with a column for each name; `label` is what it is of. */
export function ValueTable({ rows, label = 'Table' }: { readonly rows: readonly Row[]; readonly label?: string }) {
  const shown = rows.slice(0, MAX_ROWS);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const columns = names.slice(0, MAX_COLUMNS);
  return (
    <>
      <Scroll className="table sandbox-table" label={label}>
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value that does not change.
              <tr key={index}>
                {columns.map((name) => (
                  <td key={name} className={typeof row[name] === 'number' ? 'number' : undefined}>
                    {cellOf(row[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {(shown.length < rows.length || columns.length < names.length) && (
        <p className="soft">
          {shown.length} of {rows.length} rows, {columns.length} of {names.length} columns.
        </p>
      )}
    </>
  );
}

function cellOf(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text;
}
