import type { Metric, Registry } from 'prom-client';
import type { Family } from './families.ts';

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Writes metrics in the text format of Prometheus. What knows that format is loaded by the first scrape. */
export function createScrape(families: readonly Family[]): () => Promise<Exposition> {
  let registry: Promise<Registry> | undefined;
  const open = async () => {
    const { Registry } = await import('prom-client');
    const opened = new Registry();
    for (const family of families) opened.registerMetric(toMetric(family));
    return opened;
  };
  return async () => {
    registry ??= open();
    const opened = await registry;
    return { contentType: opened.contentType, text: await opened.metrics() };
  };
}

/** A family in the shape that a registry asks its metrics for; by its types they can only be its own. */
function toMetric(family: Family): Metric {
  const { name, help, type } = family;
  const get = async () => ({ name, help, type, aggregator: 'sum', values: await family.samples() });
  return { name, help, get, reset() {} } as unknown as Metric;
}
