/** What `work` tells of, as it does, until it has settled; throws what it was rejected with. Whoever leaves before waits for it to settle. */
export async function* asTold<T>(work: (tell: (one: T) => void) => Promise<unknown>): AsyncGenerator<T, void> {
  const told: T[] = [];
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const ended = work((one) => {
    told.push(one);
    news.resolve();
  }).finally(() => {
    isOver = true;
    news.resolve();
  });
  try {
    while (!isOver) {
      await news.promise;
      news = Promise.withResolvers();
      yield* told.splice(0);
    }
    yield* told;
  } finally {
    await ended;
  }
}
