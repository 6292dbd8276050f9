/** The pages, each loaded when it is opened for the first time. */
import { type ComponentType, lazy } from 'react';
import type { IconName } from './ui/icon.tsx';

/** One page: its first segment in the path, its name in the menu, and what draws it. */
export interface Page {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly View: ComponentType;
}

const ChatPage = lazy(async () => ({ default: (await import('./pages/chat-page.tsx')).ChatPage }));
const AgentsPage = lazy(async () => ({ default: (await import('./pages/agents-page.tsx')).AgentsPage }));
const ServersPage = lazy(async () => ({ default: (await import('./pages/servers-page.tsx')).ServersPage }));
const RunsPage = lazy(async () => ({ default: (await import('./pages/runs-page.tsx')).RunsPage }));
const ApprovalsPage = lazy(async () => ({ default: (await import('./pages/approvals-page.tsx')).ApprovalsPage }));
const SandboxPage = lazy(async () => ({ default: (await import('./pages/sandbox-page.tsx')).SandboxPage }));
const SkillsPage = lazy(async () => ({ default: (await import('./pages/skills-page.tsx')).SkillsPage }));
const ExamplesPage = lazy(async () => ({ default: (await import('./pages/examples-page.tsx')).ExamplesPage }));
const HealthPage = lazy(async () => ({ default: (await import('./pages/health-page.tsx')).HealthPage }));

/** In the order of the menu. */
export const PAGES: readonly Page[] = [
  { id: 'chat', title: 'Chat', icon: 'chat', View: ChatPage },
  { id: 'agents', title: 'Agents', icon: 'agent', View: AgentsPage },
  { id: 'servers', title: 'MCP servers', icon: 'server', View: ServersPage },
  { id: 'runs', title: 'Runs', icon: 'runs', View: RunsPage },
  { id: 'approvals', title: 'Approvals', icon: 'check', View: ApprovalsPage },
  { id: 'sandbox', title: 'Sandbox', icon: 'code', View: SandboxPage },
  { id: 'skills', title: 'Skills', icon: 'book', View: SkillsPage },
  { id: 'examples', title: 'Examples', icon: 'spark', View: ExamplesPage },
  { id: 'health', title: 'Health', icon: 'pulse', View: HealthPage },
];
