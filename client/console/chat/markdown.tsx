/** Draws Markdown. A chunk of its own: what it takes is loaded when the first answer is shown. */
import type { ReactNode } from 'react';
import Markdown, { type Components, defaultUrlTransform, type ExtraProps, type Options } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { Copy, Scroll } from '../ui/text.tsx';

// One ~ is a tilde, in tracebacks as in paths.
const plugins: Options['remarkPlugins'] = [[remarkGfm, { singleTilde: false }]];
const components: Components = {
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // The page asks no other host: what lies there is led to.
  img: ({ src, alt }) =>
    typeof src === 'string' && /^(data:image\/|blob:)/i.test(src) ? (
      <img className="chat-image" src={src} alt={alt ?? ''} />
    ) : (
      <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
        {alt || 'Image'}
      </a>
    ),
  pre: ({ children, node }) => <CodeFence text={textOf(node)}>{children}</CodeFence>,
  table: ({ children }) => (
    <Scroll className="chat-table" label="Table">
      <table>{children}</table>
    </Scroll>
  ),
};

/** One block of Markdown. Text that looks like HTML is shown as text. */
export function MarkdownBlock({ text }: { readonly text: string }) {
  return (
    <Markdown remarkPlugins={plugins} components={components} urlTransform={toUrl}>
      {text}
    </Markdown>
  );
}

const toUrl = (url: string, key: string) =>
  key === 'src' && /^data:image\/[\w.+-]+;base64,/i.test(url) ? url : defaultUrlTransform(url);

function CodeFence({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <div className="code-block">
      <Scroll label="Code">
        <pre>{children}</pre>
      </Scroll>
      <Copy text={text} label="Copy the code" />
    </div>
  );
}

function textOf(node: ExtraProps['node']): string {
  const parts = node?.children.map((child) =>
    child.type === 'text' ? child.value : child.type === 'element' ? textOf(child) : '',
  );
  return parts?.join('') ?? '';
}
