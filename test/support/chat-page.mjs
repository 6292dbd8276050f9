// Plain JavaScript: the types of React need those of a browser, which this server must not be able to use.
import { JSDOM } from 'jsdom';

const dom = new JSDOM('<!doctype html>', { pretendToBeVisual: true });
for (const name of ['window', 'document']) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    value: name === 'window' ? dom.window : dom.window[name],
  });
}
const { createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
const { useChat } = await import('@ai-sdk/react');

/** Opens a page with one component that calls `useChat`. */
export async function openChatPage(options) {
  const element = dom.window.document.createElement('div');
  dom.window.document.body.append(element);
  const root = createRoot(element);
  const page = {
    chat: undefined,
    async [Symbol.asyncDispose]() {
      root.unmount();
      element.remove();
    },
  };
  const shown = Promise.withResolvers();
  root.render(
    createElement(function Page() {
      page.chat = useChat(options);
      shown.resolve();
      return null;
    }),
  );
  await shown.promise;
  return page;
}
