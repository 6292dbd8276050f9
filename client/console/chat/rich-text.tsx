/** A text of the agent while it is said, and after: Markdown of which only the last block is drawn again. */
import { memo, useEffect, useReducer, useState } from 'react';
import { GradualBlocks } from './gradual-blocks.ts';
import { TextBlocks } from './text-blocks.ts';
import { useMarkdown } from './use-markdown.ts';

/** Above these a text, or one block of it, is shown as it was said. */
const MAX_CHARS = 200_000;
const MAX_BLOCK_CHARS = 16_000;

/** A text as Markdown. */
export function RichText({ text }: { readonly text: string }) {
  const [blocks] = useState(() => new TextBlocks());
  const isReady = useMarkdown() !== undefined;
  const isLong = text.length > MAX_CHARS;
  const { done, tail } = isLong ? NO_BLOCKS : blocks.of(text);
  const { from, to } = useGradually(isReady ? done.length : 0);
  if (isLong) return <p className="chat-plain">{text}</p>;
  return (
    <div className="chat-text">
      {done.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks that are done keep their place.
        <Block key={index} text={block} isPlain={index >= from && index < to} />
      ))}
      <Tail key={done.length} text={tail} />
    </div>
  );
}

const NO_BLOCKS: ReturnType<TextBlocks['of']> = { done: [], tail: '' };

/** The blocks that are not to be drawn yet; renders again in the next frame for as long as there are any. */
function useGradually(count: number): { readonly from: number; readonly to: number } {
  const [gradual] = useState(() => new GradualBlocks());
  const [, renderAgain] = useReducer((times: number) => times + 1, 0);
  const { from, to } = gradual.of(count);
  useEffect(() => {
    if (to <= from) return undefined;
    const frame = requestAnimationFrame(() => {
      gradual.advance();
      renderAgain();
    });
    return () => cancelAnimationFrame(frame);
  }, [gradual, from, to]);
  return { from, to };
}

const Block = memo(function Block({ text, isPlain }: { readonly text: string; readonly isPlain: boolean }) {
  const Markdown = useMarkdown();
  if (text.trim() === '') return null;
  if (!Markdown || isPlain || text.length > MAX_BLOCK_CHARS) return <p className="chat-plain">{text.trimEnd()}</p>;
  return <Markdown text={text} />;
});

/** The block that is being said. Of code that has no end yet there is nothing to parse. */
function Tail({ text }: { readonly text: string }) {
  const [, opening, code] = /^ {0,3}(`{3,}|~{3,})[^\n]*\n([\s\S]*)$/.exec(text) ?? [];
  const isClosed = opening !== undefined && new RegExp(`\\n {0,3}${opening}[\`~]*\\s*$`).test(text);
  if (code === undefined || isClosed) return <Block text={text} isPlain={false} />;
  return (
    <div className="code-block">
      <pre>{code}</pre>
    </div>
  );
}
