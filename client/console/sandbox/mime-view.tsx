/** Values of Python in the form that says the most and needs no HTML: pictures, tables, Markdown, text. */
import { RichText } from '../chat/rich-text.tsx';
import { Code } from '../ui/text.tsx';
import type { MimeBundle } from './executions.ts';
import { pictureOf, textOf } from './mime.ts';
import { rowsOf, ValueTable } from './value-table.tsx';

/** One value. What else it has beside the form that is shown is folded away. */
export function MimeView({ bundle, label }: { readonly bundle: MimeBundle; readonly label: string }) {
  const plain = textOf(bundle['text/plain']);
  const picture = pictureOf(bundle);
  const markdown = textOf(bundle['text/markdown']);
  const rows = rowsOf(bundle['application/json']);
  const shown = picture?.type ?? (markdown ? 'text/markdown' : rows ? 'application/json' : 'text/plain');
  const others = Object.entries(bundle).filter(([type]) => type !== shown && type !== 'text/plain');
  return (
    <div className="sandbox-value">
      {picture && (
        <img className="sandbox-picture" src={picture.source} alt={plain || 'A picture that the code shows'} />
      )}
      {!picture && markdown && <RichText text={markdown} />}
      {!picture && !markdown && rows && <ValueTable rows={rows} label={label} />}
      {shown === 'text/plain' && plain !== '' && <Code text={plain} label={label} />}
      {shown !== 'text/plain' && plain !== '' && <Folded type="text/plain" value={plain} of={label} />}
      {others.map(([type, value]) => (
        <Folded key={type} type={type} value={value} of={label} />
      ))}
    </div>
  );
}

function Folded({ type, value, of }: { readonly type: string; readonly value: unknown; readonly of: string }) {
  return (
    <details className="sandbox-form">
      <summary>{type}</summary>
      <Code text={typeof value === 'string' ? value : JSON.stringify(value, null, 2)} label={`${type} of ${of}`} />
    </details>
  );
}
