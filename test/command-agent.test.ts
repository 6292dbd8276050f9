import { expect, test } from 'vitest';
import { readOptions } from '../server/options.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { startWholeServer } from './support/whole-server.ts';

test('the agent that the command line names is there, with the servers it names, and stays as it was changed', async () => {
  await using folder = await temporaryFolder();
  const args = ['--agent-id', 'pod', '--agent-name', 'Pod agent', '--mcp-servers', 'toolbox,nothing'];
  {
    await using server = await startWholeServer({ args, folder: folder.path });
    expect(await server.call('GET', '/agents/pod')).toMatchObject({
      status: 200,
      body: { id: 'pod', name: 'Pod agent', mcp_toolsets: ['toolbox'], model: 'demo:rules' },
    });
    await server.call('PUT', '/agents/pod', { name: 'Changed' });
  }
  await using again = await startWholeServer({ args, folder: folder.path });
  expect(await again.call('GET', '/agents/pod')).toMatchObject({ body: { name: 'Changed' } });
});

test('an id that no agent may have, and a name without an id, are refused at the start', async () => {
  expect(() => readOptions(['--agent-id', 'a/b'], {})).toThrow('--agent-id (or AGENT_RUNTIMES_AGENT_ID): must be 1 to');
  await expect(startWholeServer({ args: ['--agent-name', 'A'] })).rejects.toThrow('--agent-name needs --agent-id');
});
