/** Python that the agent has run, and what came of it. */
import { Code } from '../ui/text.tsx';
import { parse } from './call-text.ts';
import { isFields } from './json-patch.ts';

/** The code in the arguments of `execute_code`; undefined when they hold none. */
export function codeOf(args: string): string | undefined {
  const value = parse(args);
  return isFields(value) && typeof value.code === 'string' ? value.code : undefined;
}

/** What an execution has printed, returned and shown; undefined when the result is not one of an execution. */
export function CodeResult({ result }: { readonly result: string }) {
  const report = parse(result);
  if (!isFields(report)) return <Code text={result} label="result" />;
  const { stdout, stderr, result: value, displays, code_error: error, execution_error: failure, notices } = report;
  const parts = [
    ['standard output', stdout],
    ['standard error', stderr],
    ['exception', isFields(error) ? (error.traceback ?? error.message) : failure],
    ['value', value],
    ['displays', Array.isArray(displays) ? displays.join('\n') : undefined],
    ['notices', Array.isArray(notices) ? notices.join('\n') : undefined],
  ] as const;
  const said = parts.filter(([, part]) => part !== undefined && part !== null && part !== '');
  if (!said.length) return <p className="soft">It printed and returned nothing.</p>;
  return said.map(([label, part]) => (
    <div key={label}>
      <p className="chat-part">{label}</p>
      <Code text={typeof part === 'string' ? part : JSON.stringify(part, null, 2)} label={label} />
    </div>
  ));
}
