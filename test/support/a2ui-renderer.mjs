// Plain JavaScript: the types of React need those of a browser, which this server must not be able to use.
import { JSDOM } from 'jsdom';

const dom = new JSDOM('<!doctype html><div id="root"></div>', { pretendToBeVisual: true });
for (const name of [
  'window',
  'document',
  'HTMLElement',
  'Element',
  'Node',
  'SVGElement',
  'HTMLInputElement',
  'getComputedStyle',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'CSSStyleSheet',
]) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    value: name === 'window' ? dom.window : dom.window[name],
  });
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const { act, createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
const { MessageProcessor } = await import('@a2ui/web_core/v0_9');
const { A2uiSurface, basicCatalog } = await import('@a2ui/react/v0_9');

/** Shows surfaces as the official React renderer shows them. */
export function openRenderer() {
  const actions = [];
  const processor = new MessageProcessor([basicCatalog], (action) => void actions.push(action));
  const element = dom.window.document.createElement('div');
  dom.window.document.body.append(element);
  const root = createRoot(element);
  const draw = () =>
    root.render(
      [...processor.model.surfacesMap.values()].map((surface) =>
        createElement(A2uiSurface, { key: surface.id, surface }),
      ),
    );
  return {
    actions,
    get text() {
      return element.textContent ?? '';
    },
    surfaceIds: () => [...processor.model.surfacesMap.keys()],
    dataModel: (surfaceId) => processor.model.surfacesMap.get(surfaceId)?.dataModel.get('/'),
    async show(envelopes) {
      await act(async () => {
        processor.processMessages(envelopes);
        draw();
      });
    },
    async type(index, value) {
      const input = element.querySelectorAll('input, textarea')[index];
      await act(async () => {
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, value);
        input.dispatchEvent(new dom.window.Event('input', { bubbles: true }));
      });
    },
    async click(text) {
      const button = [...element.querySelectorAll('button')].find((each) => each.textContent?.includes(text));
      await act(async () => button.click());
    },
    async close() {
      await act(async () => root.unmount());
      element.remove();
    },
  };
}
