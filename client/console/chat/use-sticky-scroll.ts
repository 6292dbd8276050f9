import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

const NEAR_PX = 24;

/**
 * Keeps the end of a growing content in view until the reader scrolls up, and again once the reader is back at the end. `isAway`: the reader
 * has left the end; `jump` goes there.
 */
export function useStickyScroll(): {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAway: boolean;
  readonly jump: () => void;
} {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isStuck = useRef(true);
  const [isAway, setAway] = useState(false);
  const jump = useCallback(() => {
    isStuck.current = true;
    setAway(false);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, []);
  useEffect(() => {
    const [outer, inner] = [scroller.current, content.current];
    if (!outer || !inner) return undefined;
    let lastTop = outer.scrollTop;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = outer;
      const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      // Only who goes up leaves: what grows below moves nobody.
      if (isAtEnd) isStuck.current = true;
      else if (scrollTop < lastTop) isStuck.current = false;
      lastTop = scrollTop;
      setAway(!isStuck.current);
    };
    const observer = new ResizeObserver(() => {
      if (isStuck.current) outer.scrollTop = outer.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(outer);
    outer.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      outer.removeEventListener('scroll', onScroll);
    };
  }, []);
  return { scroller, content, isAway, jump };
}
