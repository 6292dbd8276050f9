import type { ComponentProps } from 'react';
import { go } from '../route.ts';

/** A link to a page of the console; opened elsewhere as links are, with the middle button or a key held down. */
export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { readonly href: string }) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !isPlain || event.button !== 0) return;
        event.preventDefault();
        go(href);
      }}
    />
  );
}
