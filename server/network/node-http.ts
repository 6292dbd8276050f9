/**
 * The parts of `node:http` that this server uses, taken from the process. An `import` would read every export of that module, undici's
 * WebSocket among them, which takes 40 ms of the start and 16 MB to load.
 */
export const { Agent, createServer, globalAgent, IncomingMessage, request, ServerResponse } =
  process.getBuiltinModule('node:http');
