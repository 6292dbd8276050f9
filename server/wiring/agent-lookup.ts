/** What an agent runs with: its settings as they are now, and the tools of all the features it uses. */

import { joinToolsets } from '../agents/agent-toolset.ts';
import type { Agents } from '../agents/agents.ts';
import type { Codemode } from '../codemode/codemode.ts';
import { createCodemodeToolset } from '../codemode/codemode-toolset.ts';
import { switchToolset } from '../codemode/switch-toolset.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import { createServerToolset } from '../mcp/toolset.ts';
import type { PromptedAgent } from '../prompts/prompt-handlers.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import { addSkills } from '../skills/skill-instructions.ts';
import type { SkillLibrary } from '../skills/skill-library.ts';
import { createSkillToolset } from '../skills/skill-toolset.ts';
import type { AgentRecord } from '../store/store.ts';

/** Codemode, and how this server was started. */
export interface CodemodeParts {
  readonly host: Codemode;
  /** Whether agents that say nothing call their tools from code. */
  readonly isDefault: boolean;
  readonly allowsDirectCalls: boolean;
}

/** Skills, and how this server was started. */
export interface SkillParts {
  readonly library: SkillLibrary;
  /** The skills of agents that say nothing. */
  readonly defaults: readonly string[];
}

interface LookupParts {
  readonly agents: Agents;
  readonly servers: RunningServers;
  readonly sandboxes: SandboxManager;
  readonly codemode: CodemodeParts;
  readonly skills: SkillParts;
}

/** Finds an agent with what a run needs of it. Throws `agent-not-found`. */
export type AgentLookup = (id: string) => PromptedAgent;

/** Finds agents, whatever protocol asks for them. */
export function createAgentLookup(parts: LookupParts): AgentLookup {
  const { agents, servers, sandboxes, codemode, skills } = parts;
  const skillsOf = (agent: AgentRecord) => skills.library.pick(agent.skills ?? skills.defaults);
  return (id) => {
    agents.get(id);
    const execute: Execute = (code, options) => sandboxes.execute(id, code, options);
    return {
      agent() {
        const agent = agents.get(id);
        return { ...agent, systemPrompt: addSkills(agent.systemPrompt, skillsOf(agent)) };
      },
      toolset: joinToolsets([
        createSkillToolset({ library: skills.library, skills: () => skillsOf(agents.get(id)), execute }),
        switchToolset(
          () => codemode.host.isOn(id),
          createCodemodeToolset({
            codemode: codemode.host,
            agentId: id,
            allowsDirectCalls: codemode.allowsDirectCalls,
            execute,
          }),
          createServerToolset(servers, () => agents.get(id).selectedMcpServers),
        ),
      ]),
    };
  };
}

type Execute = (
  code: string,
  options?: Parameters<SandboxManager['execute']>[2],
) => ReturnType<SandboxManager['execute']>;
