/**
 * What this server runs of `node:http`. Imported by an ES module, that module reads each of its exports, undici's WebSocket among
 * them, which takes 40 ms of the start and 16 MB to load; taken from the process it does not.
 */
export const { Agent, createServer, globalAgent, IncomingMessage, request, ServerResponse } =
  process.getBuiltinModule('node:http');
