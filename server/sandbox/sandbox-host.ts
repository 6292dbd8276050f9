import type { PythonModules, SandboxVariant, ToolCallAnswer, ToolCallHandler } from './sandbox.ts';
import type { Tenant } from './tenant.ts';

/** The part of a server that its sandboxes need: tools, and what the interpreters of its agents are set up with. */
export interface SandboxHost {
  /** Calls a tool for the code of an agent. */
  callTool(tenant: Tenant, ...call: Parameters<ToolCallHandler>): Promise<ToolCallAnswer>;
  /** Python modules for the agent's code; asked for before each execution, written when `version` has changed. Ends soon after `signal` aborts. */
  modules?(
    tenant: Tenant,
    variant: SandboxVariant,
    signal: AbortSignal,
  ): Promise<{ version: string; modules: PythonModules } | undefined>;
  /** Environment variables of the interpreter; asked for before each execution, set when they have changed. */
  environment?(tenant: Tenant, variant: SandboxVariant): Promise<Readonly<Record<string, string>> | undefined>;
  /** Is told that an interpreter has ended, with all that was valid for it alone. */
  released?(tenant: Tenant): void;
}
