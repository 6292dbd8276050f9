type Values<Work extends readonly unknown[]> = { -readonly [Index in keyof Work]: Awaited<Work[Index]> };

/**
 * What statements come to none of which waits for another: a database elsewhere is sent all of them at once, and does them in their order.
 * Rejects once all have ended, with the first failure in that order.
 */
export async function inOneGo<const Work extends readonly unknown[]>(...work: Work): Promise<Values<Work>> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((one) => one.status === 'fulfilled' && one.value) as Values<Work>;
}
