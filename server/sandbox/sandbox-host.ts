import type { PythonModules, SandboxVariant, ToolCallAnswer, ToolCallHandler } from './sandbox.ts';

/** The part of a server that its sandboxes need: tools, and what the interpreters of its agents are set up with. */
export interface SandboxHost {
  /** Calls a tool for the code of an agent. */
  callTool(agentId: string, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer>;
  /** Python modules for the agent's code; asked for before each execution, written when `version` has changed. Ends soon after `signal` aborts. */
  modules?(
    agentId: string,
    variant: SandboxVariant,
    signal: AbortSignal,
  ): Promise<{ version: string; modules: PythonModules } | undefined>;
  /** Environment variables of the agent's interpreter; asked for before each execution, set when they have changed. */
  environment?(agentId: string, variant: SandboxVariant): Promise<Readonly<Record<string, string>> | undefined>;
  /** Is told that the agent's interpreter has ended, with all that was valid for it alone. */
  released?(agentId: string): void;
}
