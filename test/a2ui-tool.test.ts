import { describe, expect, test } from 'vitest';
import type { A2uiEvent } from '../contract/a2ui.ts';
import { toA2uiEvents } from '../server/protocols/a2ui/events.ts';
import { withRenderUi } from '../server/surfaces/render-ui.ts';
import { conversationOf, surfaceNameOf } from '../server/surfaces/surface-id.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { startRuns } from './support/running.ts';
import { type Answer, finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const card = {
  surface: 'weather',
  components: [
    { id: 'root', component: 'Card', child: 'city' },
    { id: 'city', component: 'Text', text: { path: '/city' } },
  ],
  data: { city: 'Paris' },
};
const render = (id: string, args: unknown): Answer => [...toolCall(id, 'render_ui', args), finish('tool-calls')];
const goodbye: Answer = [...text('Done'), finish()];

async function run(
  answers: readonly Answer[],
  surfaceId?: string,
): Promise<{ events: A2uiEvent[]; model: ScriptedModel }> {
  const model = scriptedModel(answers);
  await using running = await startRuns(model);
  const toolset = withRenderUi(toolsetOf({ other: () => ok('fine') }), { conversationId: 'conv-1', surfaceId });
  const started = await running.start({ conversationId: 'conv-1', toolset });
  return {
    events: await Array.fromAsync(toA2uiEvents({ events: started.events(), conversationId: 'conv-1' }, 0)),
    model,
  };
}

/** What the model was told about its last call. */
function lastResult({ asked }: ScriptedModel): string {
  const message = asked.at(-1)?.prompt.at(-1);
  const [part] = message?.role === 'tool' ? message.content : [];
  return part?.type === 'tool-result' && 'value' in part.output ? String(part.output.value) : '';
}

describe('a surface', () => {
  test('is created, filled and given its data, and what is said of it is left out', async () => {
    const { events } = await run([render('c1', card), goodbye]);
    const id = expect.stringMatching(/^conv-1:weather-[0-9a-f]{6}$/);
    expect(events).toEqual([
      {
        version: 'v0.9',
        createSurface: {
          surfaceId: id,
          catalogId: 'https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json',
          sendDataModel: true,
        },
      },
      { version: 'v0.9', updateComponents: { surfaceId: id, components: card.components } },
      { version: 'v0.9', updateDataModel: { surfaceId: id, path: '/', value: { city: 'Paris' } } },
    ]);
  });

  test('is changed when its name is used again, in the same run and in one that looks at it', async () => {
    const { events } = await run([
      render('c1', card),
      render('c2', { surface: 'weather', data: { city: 'Rome' } }),
      goodbye,
    ]);
    expect(events.map((event) => Object.keys(event)[1])).toEqual([
      'createSurface',
      'updateComponents',
      'updateDataModel',
      'updateDataModel',
    ]);
    const later = await run(
      [render('c1', { surface: 'weather', data: { city: 'Oslo' } }), goodbye],
      'conv-1:weather-0a1b2c',
    );
    expect(later.events).toEqual([
      {
        version: 'v0.9',
        updateDataModel: { surfaceId: 'conv-1:weather-0a1b2c', path: '/', value: { city: 'Oslo' } },
      },
    ]);
  });

  test('that is not valid is mended by the model in a second try, and the caller sees only the mended one', async () => {
    const wrong = { ...card, components: [{ id: 'root', component: 'TextField', value: { path: '/city' } }] };
    const { events, model } = await run([render('c1', wrong), render('c2', card), goodbye]);
    expect(events).toHaveLength(3);
    expect(events.every((event) => !('error' in event))).toBe(true);
    const [, told] = model.asked;
    expect(JSON.stringify(told?.prompt.at(-1))).toContain(
      "components[0] 'root' (TextField) must have required property 'label'",
    );
  });

  test('that is not valid twice is an error, told once', async () => {
    const wrong = { surface: 'weather', components: [{ id: 'root', component: 'Nothing' }] };
    const { events } = await run([render('c1', wrong), render('c2', wrong), render('c3', wrong), goodbye]);
    const errors = events.filter((event) => 'error' in event);
    expect(errors).toMatchObject([{ version: 'v0.9', error: { code: 'surface-invalid' } }]);
  });

  test('that the model gives up after one try is an error too', async () => {
    const { events } = await run([render('c1', { surface: 'weather' }), goodbye]);
    expect(events.at(-1)).toMatchObject({ error: { code: 'surface-invalid' } });
  });

  test.each([
    [{ surface: 'a' }, 'it has neither components nor data'],
    [{ surface: 'a', data: {} }, 'none of its components has the id "root"'],
    [{ surface: 'a', components: [{ id: 'x', component: 'Divider' }] }, 'none of its components has the id "root"'],
    [
      { surface: 'a', components: [{ id: 'root', component: 'Nothing' }] },
      "components[0] 'root' is no component of the catalog: Nothing. There are Text,",
    ],
    [
      { surface: 'a', components: [{ id: 'root', component: 'Card', child: 'x' }] },
      "'root' refers to 'x', which is not there",
    ],
    [
      {
        surface: 'a',
        components: [
          { id: 'root', component: 'Divider' },
          { id: 'root', component: 'Divider' },
        ],
      },
      "two components have the id 'root'",
    ],
    [
      { surface: 'a', components: [{ id: 'root', component: 'Text', text: 'x', colour: 'red' }] },
      "components[0] 'root' (Text) must NOT have unevaluated properties: colour",
    ],
  ])('%j is not shown: %s', async (args, problem) => {
    const { model } = await run([render('c1', args), goodbye]);
    expect(lastResult(model)).toContain(problem);
  });
});

describe('a run over A2UI', () => {
  test('shows what is said in words as a surface of text', async () => {
    const { events } = await run([[...text('Hello ', 'there'), finish()]]);
    expect(events.map((event) => Object.keys(event)[1])).toEqual([
      'createSurface',
      'updateComponents',
      'updateDataModel',
      'updateDataModel',
    ]);
    expect(events.at(-1)).toMatchObject({ updateDataModel: { path: '/text', value: 'Hello there' } });
  });

  test('tells a long text less often the longer it is', async () => {
    const { events } = await run([[...text(...Array.from({ length: 5000 }, () => 'word ')), finish()]]);
    expect(events.length).toBeLessThan(100);
    expect(events.at(-1)).toMatchObject({ updateDataModel: { value: 'word '.repeat(5000) } });
  });

  test('that fails ends with an error', async () => {
    const { events } = await run([[{ fail: new Error('down') }]]);
    expect(events).toMatchObject([{ version: 'v0.9', error: { code: 'model-failed' } }]);
  });

  test('offers the other tools of the agent as they are', async () => {
    const { model } = await run([[...toolCall('c1', 'other', {}), finish('tool-calls')], goodbye]);
    expect(model.asked[0]?.tools?.map(({ name }) => name)).toEqual(['other', 'render_ui']);
    expect(lastResult(model)).toBe('fine');
  });
});

test('the id of a surface says its conversation and its name', () => {
  expect([conversationOf('conv-1:form-0a1b2c'), surfaceNameOf('conv-1:form-0a1b2c')]).toEqual(['conv-1', 'form']);
  expect([conversationOf('a:b:form'), surfaceNameOf('a:b:form')]).toEqual(['a:b', 'form']);
  expect([conversationOf('form'), conversationOf(':form'), conversationOf(`${'x'.repeat(257)}:form`)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
