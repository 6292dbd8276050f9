import { useMemo } from 'react';
import { dollarsOf, durationOf } from '../ui/text.tsx';
import { noteOf } from './row-note.ts';
import type { Run, Step } from './run-types.ts';
import { type Row, tookMs, toRows } from './waterfall-rows.ts';

/** The rows of the waterfall in words and numbers. */
export function StepsTable({ steps }: { readonly run: Run; readonly steps: readonly Step[] }) {
  const { rows } = useMemo(() => toRows(steps), [steps]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
    <section className="table" tabIndex={0} aria-label="Steps and tool calls">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Model or tool</th>
            <th scope="col">Status</th>
            <th scope="col" className="number">
              Begins
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              First token
            </th>
            <th scope="col" className="number">
              Tokens in
            </th>
            <th scope="col" className="number">
              Tokens out
            </th>
            <th scope="col" className="number">
              Cost
            </th>
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={row.key} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TableRow({ row }: { readonly row: Row }) {
  const { step, call } = row;
  const took = tookMs(row);
  // What a model used stands in the row of its step alone.
  const asked = row.kind === 'model' && step.model !== null ? step : undefined;
  const first = asked?.time_to_first_token ?? null;
  const within = call && call.parent_tool_call_id !== null && `by code of ${call.parent_tool_call_id}`;
  return (
    <tr>
      <td>{step.step}</td>
      <th scope="row">{row.title}</th>
      <td>{row.status}</td>
      <td className="number">{durationOf(row.from)}</td>
      <td className="number">{took !== null && durationOf(took)}</td>
      <td className="number">{first !== null && durationOf(first * 1000)}</td>
      <td className="number">{asked?.usage?.prompt_tokens.toLocaleString()}</td>
      <td className="number">{asked?.usage?.completion_tokens.toLocaleString()}</td>
      <td className="number">{asked && dollarsOf(asked.cost)}</td>
      <td>{[noteOf(row), within, asked?.error?.detail].filter(Boolean).join(', ')}</td>
    </tr>
  );
}
