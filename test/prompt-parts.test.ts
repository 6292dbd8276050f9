/** Prompts with images and files: what the model is told of them, where they come from, and what is said of those it cannot have. */
import { describe, expect, test } from 'vitest';
import { type FileServer, type Served, startFileServer } from './support/file-server.ts';
import { PNG, png, says, startTester } from './support/file-tester.ts';
import { finish, toolCall } from './support/scripted-model.ts';
import { startWholeServer } from './support/whole-server.ts';

const JPEG = Buffer.from('/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==', 'base64');
const CSV = 'city,degrees\nParis,18\n';

const at = ({ url }: FileServer, path: string) => ({ type: 'image', url: url + path });

test('texts, images and files are told to the model in their order, and stored with the turn', async () => {
  await using tester = await startTester();
  const answer = await tester.ask([
    { type: 'text', text: 'What is this?' },
    { type: 'image', data: PNG.toString('base64'), filename: 'dot.png' },
    { type: 'text', text: '' },
    { type: 'file', data: Buffer.from(CSV).toString('base64'), media_type: 'text/csv', filename: 'a.csv' },
    { type: 'file', url: `data:application/pdf;base64,${Buffer.from('%PDF-1.7').toString('base64')}` },
  ]);
  expect(answer).toMatchObject({ status: 200, body: { response: 'I see.' } });
  expect(tester.told()).toEqual([
    [
      [
        { type: 'text', text: 'What is this?' },
        { ...png, filename: 'dot.png' },
        { type: 'text', text: `<file name="a.csv" type="text/csv">\n${CSV}\n</file>` },
        {
          type: 'file',
          mediaType: 'application/pdf',
          data: { type: 'data', data: Buffer.from('%PDF-1.7').toString('base64') },
        },
      ],
    ],
  ]);
  const { body } = await tester.server.call('GET', '/conversations/c');
  expect(body.messages[0].content).toBe('What is this?\n[dot.png]\n[a.csv]\n[application/octet-stream]');
});

test('an image is called what its bytes are, whatever its sender says', async () => {
  await using tester = await startTester();
  await tester.ask([{ type: 'image', data: JPEG.toString('base64url'), media_type: 'image/png' }]);
  expect(tester.told()[0]).toMatchObject([[{ mediaType: 'image/jpeg', data: { data: JPEG.toString('base64') } }]]);
});

test.each([
  ['neither data nor url', { type: 'image' }, 'message.1', 'needs data or url'],
  [
    'both',
    { type: 'image', data: 'AAAA', url: 'https://x.test/' },
    'message.1',
    'has both data and url, and one file is meant',
  ],
  ['no base64', { type: 'file', data: '{}' }, 'message.1.data', 'is not base64'],
  [
    'another scheme',
    { type: 'image', url: 'file:///etc/passwd' },
    'message.1.url',
    'must be an https, http or data URL',
  ],
  ['no address', { type: 'image', url: 'cat.png' }, 'message.1.url', 'must be an https, http or data URL'],
  ['too much', { type: 'image', data: 'A'.repeat(900_004) }, 'message.1.data', expect.stringContaining('900000')],
  ['another kind', { type: 'video', url: 'https://x.test/' }, 'message.1.type', expect.any(String)],
])('a part with %s is a 422 that names it, and starts no run', async (_, part, path, message) => {
  await using tester = await startTester();
  const answer = await tester.ask([{ type: 'text', text: 'See' }, part]);
  expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed', errors: [{ path, message }] } });
  expect(await tester.ask([{ type: 'text', text: '' }])).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'message', message: 'says nothing' }] },
  });
  expect(await tester.server.call('GET', '/runs')).toMatchObject({ body: { runs: [] } });
});

describe('a file at an address', () => {
  const image: Served = { type: 'image/png', body: PNG };

  test('is fetched once where the provider takes no addresses, however often the model is asked', async () => {
    const answers = [[...toolCall('c1', 'look', {}), finish('tool-calls')], says];
    await using tester = await startTester({ served: { '/dot.png': image }, answers });
    expect(await tester.ask([at(tester.files, '/dot.png')])).toMatchObject({ status: 200 });
    const said = [{ ...png, filename: 'dot.png' }];
    expect(tester.told()).toEqual([[said], [said]]);
    expect(tester.files.asked).toEqual(['/dot.png']);
  });

  const imageUrls = { 'image/*': [/^https?:/] };

  test('is left to a provider that fetches it itself, where it leads out of this network', async () => {
    await using tester = await startTester({ supportedUrls: imageUrls, provider: 'openai.responses' });
    expect(await tester.ask([{ type: 'image', url: 'https://x.test/dot?token=1' }])).toMatchObject({ status: 200 });
    const url = new URL('https://x.test/dot?token=1');
    expect(tester.told()).toEqual([[[{ type: 'file', mediaType: 'image/*', data: { type: 'url', url } }]]]);
  });

  test('is left to such a provider also where its name is not known here', async () => {
    await using tester = await startTester({
      supportedUrls: imageUrls,
      provider: 'openai.responses',
      knowsNoNames: true,
    });
    expect(await tester.ask([{ type: 'image', url: 'https://x.test/dot' }])).toMatchObject({ status: 200 });
    await using chat = await startTester({ provider: 'openai-compatible.chat', knowsNoNames: true });
    expect(await chat.ask([{ type: 'image', url: 'https://x.test/dot' }])).toMatchObject({ status: 200 });
    await using other = await startTester({ knowsNoNames: true });
    expect(await other.ask([{ type: 'image', url: 'https://x.test/dot' }])).toMatchObject({
      status: 422,
      body: { code: 'file-not-fetched' },
    });
  });

  test.each(['10.0.0.7', '127.0.0.1', '169.254.169.254'])(
    'is given to nobody where its name leads to %s',
    async (leadsTo) => {
      for (const supportedUrls of [imageUrls, {}]) {
        await using tester = await startTester({ supportedUrls, leadsTo });
        const place =
          leadsTo === '169.254.169.254' ? 'to a link-local or metadata address' : 'inside the network of this server';
        expect(
          await tester.ask([
            { type: 'text', text: 'See' },
            { type: 'image', url: 'https://x.test/a?key=secret' },
          ]),
        ).toEqual({
          status: 422,
          body: {
            status_code: 422,
            code: 'file-not-fetched',
            detail: `Part 2 of the message (at x.test) cannot be used: x.test leads ${place}`,
          },
        });
        expect(tester.model.asked).toEqual([]);
      }
    },
  );

  test('on a host that the operator allows is fetched here, also for a provider that takes addresses', async () => {
    await using tester = await startTester({ served: { '/dot.png': image }, supportedUrls: imageUrls });
    await tester.ask([at(tester.files, '/dot.png')]);
    expect(tester.told()).toEqual([[[{ ...png, filename: 'dot.png' }]]]);
  });

  test('is followed through redirects, and no further than a forbidden address', async () => {
    const to =
      (location: string): Served =>
      (response) =>
        response.writeHead(302, { location }).end();
    const served = { '/a': to('/b'), '/b': to('/dot.png'), '/dot.png': image, '/round': to('/round') };
    await using tester = await startTester({ served: { ...served, '/in': to('http://localhost:1/') } });
    expect(await tester.ask([at(tester.files, '/a')])).toMatchObject({ status: 200 });
    const because = (answer: { body: { detail: string } }) => answer.body.detail.split(': ').at(-1);
    expect(because(await tester.ask([at(tester.files, '/in')]))).toBe(
      'its address is inside the network of this server; --file-host localhost allows it',
    );
    expect(because(await tester.ask([at(tester.files, '/round')]))).toBe('it was redirected more than 5 times');
  });

  test.each<[string, number, string, string, Served | undefined]>([
    ['is not there', 422, 'file-not-fetched', 'its server answered 404', undefined],
    [
      'announces too much',
      413,
      'file-too-large',
      'it is larger than 10 MiB',
      (response) => response.writeHead(200, { 'content-length': 10_485_761 }).flushHeaders(),
    ],
    [
      'is a page and no image',
      422,
      'file-not-taken',
      'it is no image, its type is text/html',
      { type: 'text/html', body: '<p>' },
    ],
    ['never comes', 422, 'file-not-fetched', 'its server sent nothing for 0.1 s', () => undefined],
    [
      'breaks off',
      422,
      'file-not-fetched',
      'its server could not be reached (ECONNRESET)',
      (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('x', () => response.destroy());
      },
    ],
  ])('that %s is a %i that names the part', async (_, status, code, clause, served) => {
    const settings = served ? { served: { '/a': served } } : {};
    await using tester = await startTester({ ...settings, silenceMs: 100 });
    const { host } = new URL(tester.files.url);
    expect(await tester.ask([at(tester.files, '/a')])).toEqual({
      status,
      body: { status_code: status, code, detail: `Part 1 of the message (at ${host}) cannot be used: ${clause}` },
    });
    expect(tester.model.asked).toEqual([]);
  });

  test('that grows beyond the limit is cut off, and several share one', async () => {
    const limits = { fileBytes: 2_097_152, filesBytes: 3_145_728 };
    const body = Buffer.concat([PNG, Buffer.alloc(2_000_000)]);
    const endless: Served = (response) => {
      const more = () => response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more));
      more();
    };
    const served = {
      '/a.png': { type: 'image/png', body },
      '/b.png': { type: 'image/png', body },
      '/endless': endless,
    };
    await using tester = await startTester({ served, limits });
    const detail = async (...paths: string[]) =>
      (
        await tester.ask(
          paths.map((path) => at(tester.files, path)),
          { conversation_id: paths.join() },
        )
      ).body.detail;
    expect(await detail('/endless')).toContain('it is larger than 2 MiB');
    expect(await detail('/a.png', '/b.png')).toContain(
      'it and the other files of the conversation are larger than 3 MiB',
    );
    expect(await detail('/a.png', '/a.png')).toBe(undefined);
  });

  test('that was there once and is gone is a sentence in later turns', async () => {
    const files: Record<string, Served> = { '/dot.png': image };
    await using tester = await startTester({ served: files });
    expect(await tester.ask([at(tester.files, '/dot.png')])).toMatchObject({ status: 200 });
    delete files['/dot.png'];
    expect(await tester.ask('And now?')).toMatchObject({ status: 200 });
    const { host } = new URL(tester.files.url);
    expect(tester.told()[1]).toEqual([
      [{ type: 'text', text: `[A file of an earlier message (at ${host}) is not shown: its server answered 404]` }],
      [{ type: 'text', text: 'And now?' }],
    ]);
  });
});

test('a file that the provider does not take is a 422 that says which it takes', async () => {
  await using tester = await startTester({ provider: 'anthropic.messages' });
  const data = Buffer.from('RIFF0000WAVEfmt ').toString('base64');
  expect(await tester.ask([{ type: 'file', data, filename: 'a.wav' }])).toEqual({
    status: 422,
    body: {
      status_code: 422,
      code: 'file-not-taken',
      detail:
        'Part 1 of the message (a.wav) cannot be used: its type is audio/wav, and anthropic takes texts and image/png, image/jpeg, image/gif, image/webp, application/pdf',
    },
  });
});

test('a stream whose file cannot be had is an error with a status, and its step says why', async () => {
  await using tester = await startTester();
  const body = { message: [at(tester.files, '/gone')], run_id: 'r' };
  const response = await tester.server.open('/agents/tester/prompt', body);
  expect([response.status, await response.json()]).toMatchObject([422, { code: 'file-not-fetched' }]);
  expect(await tester.server.call('GET', '/runs/r/steps')).toMatchObject({
    body: { status: 'failed', steps: [{ status: 'failed', error: { code: 'file-not-fetched' } }] },
  });
});

describe('the same is done for files that come by other protocols', () => {
  test('AG-UI', async () => {
    await using tester = await startTester({ served: { '/dot.png': { type: 'image/png', body: PNG } } });
    const say = (value: string) => ({
      threadId: value,
      runId: 'r',
      messages: [{ id: 'u', role: 'user', content: [{ type: 'image', source: { type: 'url', value } }] }],
    });
    await tester.server.read('/ag-ui/tester/', say(`${tester.files.url}/dot.png`));
    expect(tester.told()).toEqual([[[{ ...png, filename: 'dot.png' }]]]);
    const response = await tester.server.open('/ag-ui/tester/', say(`${tester.files.url}/gone`));
    expect(await response.text()).toContain('"code":"file-not-fetched"');
  });

  test('the AI SDK', async () => {
    await using tester = await startTester({ served: { '/dot.png': { type: 'image/png', body: PNG } } });
    const url = `${tester.files.url}/dot.png`;
    const message = { id: 'u', role: 'user', parts: [{ type: 'file', mediaType: 'image/png', url }] };
    const response = await tester.server.open('/vercel-ai/tester', { id: 'chat', messages: [message] });
    expect(await response.text()).toContain('I see.');
    expect(tester.told()).toEqual([[[{ ...png, filename: 'dot.png' }]]]);
  });

  test('A2A, on a server that is started with the host of the files', async () => {
    await using files = await startFileServer({ '/note.txt': { type: 'text/plain', body: 'What is 17 * 23?' } });
    for (const [args, path, state, said] of [
      [['--file-host', '127.0.0.1'], '/note.txt', 'TASK_STATE_COMPLETED', 'demo model'],
      [['--file-host', '127.0.0.1'], '/gone', 'TASK_STATE_FAILED', 'its server answered 404'],
      [[], '/note.txt', 'TASK_STATE_FAILED', '--file-host 127.0.0.1 allows it'],
    ] as const) {
      await using server = await startWholeServer({ args });
      await server.call('POST', '/agents', { id: 'reader' });
      const message = {
        messageId: 'm',
        role: 'ROLE_USER',
        parts: [{ url: files.url + path, mediaType: 'text/plain' }],
      };
      const response = await fetch(`${server.url}/api/v1/a2a/reader/message:send`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
        body: JSON.stringify({ message }),
      });
      const answer = JSON.stringify(await response.json());
      expect(answer).toContain(state);
      expect(answer).toContain(said);
    }
  });
});
