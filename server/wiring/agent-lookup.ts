/** What an agent runs with: its settings as they are now, and the tools of all the features it uses. */

import { joinToolsets } from '../agents/agent-toolset.ts';
import type { Agents } from '../agents/agents.ts';
import { haveSameItems } from '../call/same-items.ts';
import { createCodemodeToolset } from '../codemode/codemode-toolset.ts';
import { switchToolset } from '../codemode/switch-toolset.ts';
import { createServerToolset } from '../mcp/toolset.ts';
import type { FindRunnable } from '../runs/start-run.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import { tenantOf } from '../sandbox/tenant.ts';
import type { Skill } from '../skills/skill.ts';
import { addSkills } from '../skills/skill-instructions.ts';
import { createSkillToolset } from '../skills/skill-toolset.ts';
import type { AgentRecord } from '../store/store.ts';
import { type AskPorts, createAskToolset } from '../subagents/ask-toolset.ts';
import type { CodemodeParts } from './codemode.ts';
import type { McpServers } from './mcp.ts';
import type { Skills } from './skills.ts';

interface LookupParts {
  readonly agents: Agents;
  readonly mcp: McpServers;
  readonly sandboxes: SandboxManager;
  readonly codemode: CodemodeParts;
  readonly skills: Skills;
  /** How agents ask each other. */
  readonly asking: AskPorts;
}

/** Finds agents, whatever protocol asks for them. Their code runs for the caller whose run it is. */
export function createAgentLookup(parts: LookupParts): FindRunnable {
  const { agents, mcp, sandboxes, codemode, skills, asking } = parts;
  const skillsOf = (agent: AgentRecord) => skills.library.pick(agent.skills ?? skills.defaults);
  return (id, principal) => {
    agents.get(id);
    const execute: Execute = (code, options) => sandboxes.execute(tenantOf(id, principal), code, options);
    return {
      agent() {
        const agent = agents.get(id);
        return makeReady(agent, skillsOf(agent));
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
          createServerToolset(mcp.servers, () => agents.get(id).selectedMcpServers),
        ),
        createAskToolset({
          ...asking,
          agents: () => agents.get(id).agents.flatMap((one) => agents.find(one) ?? []),
          principal,
        }),
      ]),
    };
  };
}

interface ReadyAgent {
  readonly skills: readonly Skill[];
  readonly agent: AgentRecord;
}

/** By agent, which is another object when it has changed. */
const ready = new WeakMap<AgentRecord, ReadyAgent>();

/** An agent with its skills in its prompt: the same one until it or they change. */
function makeReady(agent: AgentRecord, skills: readonly Skill[]): AgentRecord {
  if (!skills.length) return agent;
  const found = ready.get(agent);
  if (found && haveSameItems(found.skills, skills)) return found.agent;
  const made = { skills, agent: { ...agent, systemPrompt: addSkills(agent.systemPrompt, skills) } };
  ready.set(agent, made);
  return made.agent;
}

type Execute = (
  code: string,
  options?: Parameters<SandboxManager['execute']>[2],
) => ReturnType<SandboxManager['execute']>;
