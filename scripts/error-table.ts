import { errors } from '../contract/errors.ts';

const START = '<!-- errors:start -->';
const END = '<!-- errors:end -->';

/** The text of a README with the table between its `errors:start` and `errors:end` comments as the contract has it. Throws when they are missing. */
export function replaceErrorTable(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`README.md needs the lines ${START} and ${END}`);
  return `${readme.slice(0, start + START.length)}\n${errorTable()}${readme.slice(end)}`;
}

function errorTable(): string {
  const rows = Object.entries(errors).sort(([a, left], [b, right]) => left.status - right.status || (a < b ? -1 : 1));
  const lines = rows.map(([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`);
  return ['| status | code | meaning |', '| --- | --- | --- |', ...lines, ''].join('\n');
}
