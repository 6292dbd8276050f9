/** The composition root: opens each feature once, in the order in which they need each other, and closes them in reverse. */
import { findUsedServers } from '../agents/used-servers.ts';
import type { Log } from '../http/log.ts';
import type { Options } from '../options.ts';
import { openAgentRuns } from './agent-runs.ts';
import { ensureAgents, openAgents } from './agents.ts';
import { openCodemode } from './codemode.ts';
import { openEndpoints } from './endpoints.ts';
import { readApiKeys, toHttpOptions } from './http.ts';
import { openLiveEvents, spreadLiveEvents } from './live-events.ts';
import { openMcpServers } from './mcp.ts';
import { openMcpDoors } from './mcp-doors.ts';
import { openMcpProxy } from './mcp-proxy.ts';
import { openMetrics } from './metrics.ts';
import { openModels, warnOfMissingKeys } from './models.ts';
import { openProtocols } from './protocols.ts';
import { openRateLimits } from './rate-limits.ts';
import { openRequestCalls } from './request-calls.ts';
import { openRuns } from './runs.ts';
import { openSandboxes } from './sandbox.ts';
import { openSecrets } from './secrets.ts';
import { openSharedRecords } from './shared-records.ts';
import { openSkills } from './skills.ts';
import { openStore } from './store.ts';
import { openTelemetry } from './telemetry.ts';

interface RuntimeOptions {
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** Builds a server that does not listen yet. Throws one sentence when the data folder or the default model cannot be used. */
export async function createRuntime(runtimeOptions: RuntimeOptions) {
  // Whatever is open ends with this stack, also when a later part cannot be opened.
  await using opened = new AsyncDisposableStack();
  const { parts, replica, ...features } = await openFeatures(runtimeOptions, opened);
  const {
    live,
    spread,
    shared,
    metrics,
    telemetry,
    skills,
    sandbox,
    runHandlers,
    agentRuns,
    doors,
    proxy,
    apiKeys,
    protocols,
  } = features;
  const { options, models, store, mcp, runs, agents, codemode, log } = parts;
  const handlers = {
    ...openEndpoints({ ...parts, metrics }).handlers,
    ...mcp.handlers,
    ...runHandlers,
    ...skills.handlers,
    ...sandbox.handlers,
    ...agentRuns.handlers,
    ...proxy.handlers,
    ...live.handlers,
    ...protocols.handlers,
  };
  const everything = opened.move();
  return {
    /** What the HTTP server is started with. */
    http: toHttpOptions({
      ...parts,
      doors,
      metrics,
      proxy,
      protocols,
      apiKeys,
      handlers,
      shared,
      openTrace: telemetry.openTrace,
    }),
    models,
    acp: protocols.acp,
    /** Begins what may take a while, once the server listens at `serverUrl`; undefined: it listens nowhere. Resolves when MCP servers have started. */
    start(serverUrl: string | undefined): Promise<void> {
      if (serverUrl !== undefined) codemode.host.listensAt(serverUrl);
      spread.begin();
      sandbox.prepare();
      void warnOfMissingKeys({ models, options, agents, log });
      return mcp.start(() => findUsedServers(agents.list(), store.runs));
    },
    /** Refuses new runs and waits for those that go on, at most for the grace. */
    async drain(graceMs: number) {
      await replica?.drain();
      await runs.drain(graceMs);
      await protocols.settled();
      // What never ends by itself, once there is nothing more to tell of runs.
      mcp.endLogs();
      await Promise.all([live.close(), doors.close(), protocols.closeConnections()]);
    },
    close: () => everything.disposeAsync(),
    /** Ends every child process at once, without waiting. */
    kill() {
      sandbox.sandboxes.kill();
      mcp.servers.kill();
    },
  };
}

/** Opens each feature; `opened` closes those that have something to close. */
async function openFeatures({ options, environment, log }: RuntimeOptions, opened: AsyncDisposableStack) {
  const keep = <Part extends { close(): unknown }>(part: Part) =>
    opened.adopt(part, async (each) => void (await each.close()));
  const models = openModels(options, environment);
  const live = keep(openLiveEvents());
  const metrics = openMetrics(options);
  const publish = metrics.listen(live.publish);
  const secrets = openSecrets(options);
  const { store, replica, wake } = keep(await openStore({ options, log, publish, onStatement: metrics.noteStatement }));
  const rateLimits = keep(await openRateLimits({ options, store, log }));
  const spread = keep(spreadLiveEvents({ events: live.events, store, replica, wake, log }));
  const shared = keep(await openSharedRecords({ store, wake, log }));
  const telemetry = keep(await openTelemetry({ environment, store, models, log }));
  const mcp = keep(await openMcpServers({ options, environment, store, secrets, shared, log, publish }));
  const {
    runs,
    prices,
    handlers: runHandlers,
  } = await openRuns({
    options,
    store,
    replica,
    wake,
    models,
    tracing: telemetry.tracing,
    onEnded: metrics.noteRun,
    onInnerEnded: metrics.noteCall,
    log,
  });
  const skills = openSkills({ options, log });
  const agents = await openAgents({ store, models, mcp, skills, shared, publish });
  const codemode = keep(openCodemode({ options, agents, mcp, log }));
  await ensureAgents(agents, options, { store, mcp });
  telemetry.nameAgents((id) => agents.find(id));
  const watchRequest = openRequestCalls({ tracing: telemetry.tracing, onEnded: metrics.noteCall });
  const sandbox = keep(
    await openSandboxes({
      options,
      agents,
      codemode,
      shared,
      secrets,
      runs,
      log,
      publish,
      watchRequest,
      onStart: metrics.noteSandbox,
    }),
  );
  const parts = {
    options,
    store,
    replica,
    wake,
    secrets,
    models,
    prices,
    mcp,
    runs,
    skills,
    agents,
    codemode,
    sandboxes: sandbox.sandboxes,
    rateLimits,
    settings: sandbox.settings,
    log,
  };
  const agentRuns = openAgentRuns(parts);
  const doors = keep(openMcpDoors({ ...parts, agentRuns, watchRequest }));
  const proxy = openMcpProxy({ ...parts, watchRequest });
  const apiKeys = readApiKeys(options);
  const protocols = keep(
    await openProtocols({ ...parts, agentRuns, watchRequest, live: live.events, hasKeys: apiKeys.length > 0 }),
  );
  return {
    parts,
    replica,
    live,
    spread,
    shared,
    metrics,
    telemetry,
    skills,
    sandbox,
    runHandlers,
    agentRuns,
    doors,
    proxy,
    apiKeys,
    protocols,
  };
}
