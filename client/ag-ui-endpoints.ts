/** The URLs of one agent. */
export interface AgUiEndpoints {
  /** Runs the agent. */
  readonly run: string;
  /** Reads a run again. */
  readonly connect: string;
  /** Ends a run. */
  readonly terminate: string;
}

/** The endpoints of the agent, or of the example, at `baseUrl`, which may lack its trailing slash. Its query says how events are spelled. */
export function agUiEndpointsOf(baseUrl: string): AgUiEndpoints {
  const [, address = baseUrl, query = ''] = /^([^?]*?)\/*(\?.*)?$/.exec(baseUrl) ?? [];
  const run = `${address}/${query}`;
  const [, root, name] = /^(.*)\/examples\/([^/]+)$/.exec(address) ?? [];
  if (root !== undefined) {
    return {
      run,
      connect: `${root}/ag-ui/example:${name}/connect${query}`,
      terminate: `${root}/ag-ui/terminate`,
    };
  }
  return {
    run,
    connect: `${address}/connect${query}`,
    terminate: `${address.slice(0, address.lastIndexOf('/'))}/terminate`,
  };
}
