import { z } from 'zod';
import { ApiError } from '../call/errors.ts';
import { Listed } from './list-variables.ts';
import type { SandboxManager } from './sandbox-manager.ts';
import type { Tenant } from './tenant.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the processes of a service ask each other. */
interface Asks {
  answer(kind: string, handler: (body: Body) => Body | Promise<Body>): void;
  /** `missing`: how many that are there have not answered in time. */
  ask(kind: string, body: Body): Promise<{ readonly answers: readonly Body[]; readonly missing: number }>;
}

interface ServiceSandboxesOptions {
  readonly manager: SandboxManager;
  /** Absent: this process is the only one. */
  readonly asks?: Asks | undefined;
  /** What callers are told of this process, where there are others. */
  readonly replica?: string | undefined;
}

const State = z.enum(['starting', 'ready', 'busy', 'ended']);
const Seen = z.object({
  agentId: z.string(),
  key: z.string(),
  state: State,
  variant: z.enum(['local-eval', 'local-jupyter']),
  /** In milliseconds since 1970; 0: not yet. */
  lastUsedAt: z.number(),
  replica: z.string().optional(),
});
const Running = z.object({ isRunning: z.boolean() });
const Interpreters = z.object({ seen: z.array(Seen) });
const Variables = z.object({ state: State, ...Listed.shape, idleMs: z.number().nullable() });
const Kept = z.object({ isKept: z.boolean() });
const Interrupted = z.object({ interrupted: z.array(z.string()) });
const OfTenant = z.object({ agentId: z.string(), owner: z.string() });
const OfOwner = z.object({ owner: z.string(), agentId: z.string().optional() });
const Seer = z.object({ owner: z.string(), seesAll: z.boolean() });

const RUNNING = 'sandbox/running';
const INTERPRETERS = 'sandbox/interpreters';
const VARIABLES = 'sandbox/variables';
const KEPT = 'sandbox/kept';
const INTERRUPT = 'sandbox/interrupt';
const RELEASE = 'sandbox/release';

/** The interpreters of all processes of a service: each has its own, and any of them is asked about all. */
export class ServiceSandboxes {
  readonly #manager: SandboxManager;
  readonly #asks: Asks | undefined;
  readonly #replica: string | undefined;

  constructor({ manager, asks, replica }: ServiceSandboxesOptions) {
    this.#manager = manager;
    this.#asks = asks;
    this.#replica = replica;
    asks?.answer(RUNNING, () => ({ isRunning: manager.status().sandbox_running }));
    asks?.answer(INTERPRETERS, (body) => ({ seen: this.#own(Seer.parse(body)) }));
    asks?.answer(VARIABLES, (body) => manager.variables(OfTenant.parse(body)));
    asks?.answer(KEPT, (body) => ({ isKept: manager.keepsVariables(OfTenant.parse(body)) }));
    asks?.answer(INTERRUPT, (body) => {
      const { owner, agentId } = OfOwner.parse(body);
      return { interrupted: manager.interrupt(owner, agentId) };
    });
    asks?.answer(RELEASE, (body) => {
      manager.release(OfOwner.parse(body).owner);
      return {};
    });
  }

  /** As `status` of the manager; an interpreter of a process that does not answer is not known. */
  async status(): ReturnType<SandboxManager['configure']> {
    const own = this.#manager.status();
    if (own.sandbox_running) return own;
    const { answers } = await this.#ask(RUNNING, {}, Running);
    return { ...own, sandbox_running: answers.some(({ isRunning }) => isRunning) };
  }

  /** Those that a caller may see, with the process that each is of. Throws when a process does not answer. */
  async interpreters(seer: z.output<typeof Seer>) {
    const own = this.#own(seer);
    const asked = await this.#ask(INTERPRETERS, seer, Interpreters);
    requireAll(asked);
    return [...own, ...asked.answers.flatMap(({ seen }) => seen)];
  }

  /** The variables of an agent for a caller, of the interpreter that was used last. Throws when none is found, and a process does not answer. */
  async variables(tenant: Tenant) {
    const [own, asked] = await Promise.all([
      this.#manager.variables(tenant),
      this.#ask(VARIABLES, { ...tenant }, Variables),
    ]);
    const [last] = [own, ...asked.answers].filter(({ state }) => state !== 'ended').toSorted(byUse);
    if (!last) requireAll(asked);
    return last ?? own;
  }

  /** Whether another process keeps variables of an agent for a caller, as far as is known. */
  async keepsElsewhere(tenant: Tenant): Promise<boolean> {
    if (!this.#asks) return false;
    const { answers } = await this.#ask(KEPT, { ...tenant }, Kept);
    return answers.some(({ isKept }) => isKept);
  }

  /** Interrupts what one caller runs in one agent, or in every agent; returns the agents. Throws when a process does not answer. */
  async interrupt(owner: string, agentId?: string): Promise<string[]> {
    const own = this.#manager.interrupt(owner, agentId);
    const asked = await this.#ask(INTERRUPT, { owner, agentId }, Interrupted);
    requireAll(asked);
    return [...new Set([...own, ...asked.answers.flatMap(({ interrupted }) => interrupted)])];
  }

  /** Ends the interpreters of one caller, and starts a new one here. Throws when a process does not answer. */
  async restart(owner: string): ReturnType<SandboxManager['restart']> {
    const [asked, restarted] = await Promise.allSettled([
      this.#ask(RELEASE, { owner }, z.object({})),
      this.#manager.restart(owner),
    ]);
    if (restarted.status === 'rejected') throw restarted.reason;
    if (asked.status === 'rejected') throw asked.reason;
    requireAll(asked.value);
    return restarted.value;
  }

  #own(seer: z.output<typeof Seer>): z.output<typeof Seen>[] {
    const replica = this.#replica;
    return this.#manager.interpreters(seer).map((seen) => ({ ...seen, ...(replica !== undefined && { replica }) }));
  }

  /** The answers that can be read: a process of another release may say something else. */
  async #ask<Shape extends z.ZodType>(kind: string, body: Body, shape: Shape) {
    const { answers, missing } = (await this.#asks?.ask(kind, body)) ?? { answers: [], missing: 0 };
    const read = answers.map((answer) => shape.safeParse(answer));
    return { answers: read.flatMap(({ success, data }) => (success ? [data] : [])), missing };
  }
}

/** What runs comes first, then what was used last. How long ago that is depends on no clock that two processes would have to agree on. */
const byUse = (one: z.output<typeof Variables>, other: z.output<typeof Variables>) =>
  Number(other.state === 'busy') - Number(one.state === 'busy') || sinceUse(one) - sinceUse(other);

const sinceUse = ({ idleMs }: z.output<typeof Variables>) => idleMs ?? Number.MAX_VALUE;

function requireAll({ missing }: { readonly missing: number }): void {
  if (missing === 0) return;
  const who = missing === 1 ? 'A process of the service does' : `${missing} processes of the service do`;
  throw new ApiError('sandbox-unavailable', `${who} not answer, and may have an interpreter: ask again`, {
    headers: { 'retry-after': '2' },
  });
}
