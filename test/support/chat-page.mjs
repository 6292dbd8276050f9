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

/** Opens a page that shows a component, and does what people do there. */
export function openPage(component, props) {
  const element = dom.window.document.createElement('div');
  dom.window.document.body.append(element);
  const root = createRoot(element);
  root.render(createElement(component, props));
  const fire = (target, type) => target.dispatchEvent(new dom.window.Event(type, { bubbles: true, cancelable: true }));
  return {
    get text() {
      return element.textContent ?? '';
    },
    type(value) {
      const input = element.querySelector('input');
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, value);
      fire(input, 'input');
    },
    submit: () => fire(element.querySelector('form'), 'submit'),
    press: (label) => [...element.querySelectorAll('button')].find((each) => each.textContent === label).click(),
    async [Symbol.asyncDispose]() {
      root.unmount();
      element.remove();
    },
  };
}

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
