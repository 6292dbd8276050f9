/** Agents as answers show them: one that is as it was is the same object as before, so that it is checked and written no second time. */
import type { z } from 'zod';
import type { Agent, AgentDetail } from '../../contract/agents.ts';
import { lasting } from '../call/lasting.ts';
import type { AgentRecord } from '../store/store.ts';

/** What is shown of an agent beside what its record says. */
export interface AgentNow {
  /** The id of the model of agents that name none. */
  defaultModel(): string;
  isRunning(agentId: string): boolean;
  /** Whether an agent with this setting calls its tools from code. */
  isCodemode(setting: boolean | null): boolean;
  /** The skills an agent with this setting may use. */
  effectiveSkills(skills: readonly string[] | null): readonly string[];
}

type ShownAgent = z.input<typeof Agent>;
type ShownDetail = z.input<typeof AgentDetail>;

/** What an agent was shown as, and what that was made from beside its record. */
interface Shown extends Derived {
  readonly agent: ShownAgent;
  detail?: ShownDetail;
}

interface Derived {
  readonly model: string;
  readonly isRunning: boolean;
  readonly isCodemode: boolean;
  readonly skills: readonly string[];
}

/** Shows records of agents, which never change: an agent that changes gets another. */
export function createShownAgents(now: AgentNow) {
  const known = new WeakMap<AgentRecord, Shown>();
  let listed: { readonly agents: ShownAgent[] } = lasting({ agents: [] });

  const show = (record: AgentRecord, defaultModel = now.defaultModel): Shown => {
    const derived = {
      model: record.model ?? defaultModel(),
      isRunning: now.isRunning(record.id),
      isCodemode: now.isCodemode(record.codemode),
      skills: now.effectiveSkills(record.skills),
    };
    const before = known.get(record);
    if (before && isSame(before, derived)) return before;
    const shown = { ...derived, agent: lasting(toAgent(record, derived)) };
    known.set(record, shown);
    return shown;
  };

  const some = (records: readonly AgentRecord[]): ShownAgent[] => {
    let model: string | undefined;
    const defaultModel = () => {
      model ??= now.defaultModel();
      return model;
    };
    return records.map((record) => show(record, defaultModel).agent);
  };

  return {
    detail(record: AgentRecord): ShownDetail {
      const shown = show(record);
      shown.detail ??= lasting({ ...shown.agent, mcp_toolsets: toServerIds(record) });
      return shown.detail;
    },
    some,
    /** All agents: the same object as before as long as no agent has changed. */
    list(records: readonly AgentRecord[]): { readonly agents: ShownAgent[] } {
      const agents = some(records);
      const isUnchanged =
        agents.length === listed.agents.length && agents.every((agent, index) => agent === listed.agents[index]);
      if (!isUnchanged) listed = lasting({ agents });
      return listed;
    },
  };
}

const isSame = (a: Derived, b: Derived): boolean =>
  a.isRunning === b.isRunning && a.model === b.model && a.isCodemode === b.isCodemode && a.skills === b.skills;

const toAgent = (record: AgentRecord, { model, isRunning, isCodemode, skills }: Derived): ShownAgent => ({
  id: record.id,
  name: record.name,
  description: record.description,
  transport: 'streaming',
  model,
  status: isRunning ? 'running' : 'idle',
  system_prompt: record.systemPrompt,
  selected_mcp_servers: [...record.selectedMcpServers],
  max_steps: record.maxSteps,
  temperature: record.temperature,
  codemode: isCodemode,
  skills: [...skills],
  approvals: { tools: [...record.approvals.tools] },
  agents: [...record.agents],
  offer_as_tool: record.offerAsTool,
  output_schema: record.outputSchema && structuredClone(record.outputSchema),
  durable: record.durable,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
});

function toServerIds({ selectedMcpServers }: AgentRecord): string[] {
  return [...new Set(selectedMcpServers.map((server) => (typeof server === 'string' ? server : server.id)))];
}
