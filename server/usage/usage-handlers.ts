import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import { toSums } from '../runs/run-views.ts';
import type { Store } from '../store/store.ts';

interface UsageHandlersOptions {
  readonly store: Pick<Store['runs'], 'sums' | 'usage'>;
  /** The price table, by its date. */
  readonly prices: { readonly from: string | null };
}

/** What runs used and cost, over the wire. */
export function createUsageHandlers({ store, prices }: UsageHandlersOptions): AppHandlers<RequestContext>['usage'] {
  return {
    async get({ input: { group_by: group, agent_id: agentId, since, until }, context: { principal } }) {
      const { groups, total } = await store.usage({ principal, agentId, since, until }, group);
      return {
        groups: groups.map(({ name, ...sums }) => ({ name: name || null, ...toSums(sums) })),
        total: toSums(total),
        prices_from: prices.from,
      };
    },
  };
}
