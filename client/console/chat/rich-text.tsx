/** A text of the agent while it is said, and after: Markdown of which only the last block is drawn again. */
import { lazy, memo, Suspense, useEffect, useRef, useState } from 'react';
import { TextBlocks } from './text-blocks.ts';

/** Above these a text, or one block of it, is shown as it was said. */
const MAX_CHARS = 200_000;
const MAX_BLOCK_CHARS = 16_000;
/** Of a long text that is there at once, so many blocks are drawn in each frame, the last first. */
const BLOCKS_A_FRAME = 8;

const Markdown = lazy(async () => ({ default: (await import('./markdown.tsx')).MarkdownBlock }));

const Block = memo(function Block({ text, isPlain }: { readonly text: string; readonly isPlain: boolean }) {
  if (text.trim() === '') return null;
  const plain = <p className="chat-plain">{text.trimEnd()}</p>;
  if (isPlain || text.length > MAX_BLOCK_CHARS) return plain;
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} />
    </Suspense>
  );
});

/** A text as Markdown. */
export function RichText({ text }: { readonly text: string }) {
  const [blocks] = useState(() => new TextBlocks());
  const isLong = text.length > MAX_CHARS;
  const { done, tail } = isLong ? NO_BLOCKS : blocks.of(text);
  const drawnFrom = useDrawnFrom(done.length);
  if (isLong) return <p className="chat-plain">{text}</p>;
  return (
    <div className="chat-text">
      {done.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks that are done keep their place.
        <Block key={index} text={block} isPlain={index < drawnFrom} />
      ))}
      <Tail key={done.length} text={tail} />
    </div>
  );
}

const NO_BLOCKS: ReturnType<TextBlocks['of']> = { done: [], tail: '' };

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

/** The first block that is drawn: a long text that was there from the beginning is drawn from its end, a few blocks in each frame. */
function useDrawnFrom(count: number): number {
  const first = useRef(Math.max(0, count - BLOCKS_A_FRAME));
  const [from, setFrom] = useState(first.current);
  useEffect(() => {
    if (from === 0) return undefined;
    const frame = requestAnimationFrame(() => setFrom(Math.max(0, from - BLOCKS_A_FRAME)));
    return () => cancelAnimationFrame(frame);
  }, [from]);
  return from;
}
