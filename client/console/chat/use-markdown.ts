import { type ComponentType, useSyncExternalStore } from 'react';

type Markdown = ComponentType<{ readonly text: string }>;

let loaded: Markdown | undefined;
let isLoading = false;
const listeners = new Set<() => void>();

/** What draws Markdown; undefined until it is loaded, which begins with the first text that is shown. */
export const useMarkdown = (): Markdown | undefined => useSyncExternalStore(subscribe, () => loaded);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!loaded && !isLoading) void load();
  return () => void listeners.delete(listener);
}

async function load(): Promise<void> {
  isLoading = true;
  try {
    const { MarkdownBlock } = await import('./markdown.tsx');
    loaded = MarkdownBlock;
  } catch {
    // Texts are readable without it; the next one that is shown tries again.
  }
  isLoading = false;
  for (const listener of listeners) listener();
}
