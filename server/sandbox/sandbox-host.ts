import type { PythonModules, SandboxVariant, ToolCallAnswer, ToolCallHandler } from './sandbox.ts';

/** What a server gives to the sandboxes of its agents. */
export interface SandboxHost {
  /** Calls a tool for the code of an agent. */
  callTool(agentId: string, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer>;
  /** Python modules for the agent's code; asked for before each execution, written when `version` has changed. */
  modules?(agentId: string, variant: SandboxVariant): Promise<{ version: string; modules: PythonModules } | undefined>;
  /** Environment variables of the agent's interpreter; asked for before each execution, set when they have changed. */
  environment?(agentId: string, variant: SandboxVariant): Promise<Readonly<Record<string, string>> | undefined>;
  /** The agent's interpreter has ended: what it was given is void. */
  released?(agentId: string): void;
}
