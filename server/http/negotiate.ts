/**
 * Which of `offered` a header like `Accept` or `Accept-Encoding` wants most, by RFC 9110, section 12: the one of the highest quality, then
 * the one it names most exactly, then the one it names first. Undefined when it wants none of them.
 */
export function prefer(header: string, offered: readonly string[]): string | undefined {
  const wishes = header.split(',').map(readWish);
  const found = offered.flatMap((name) => findMatch(name, wishes) ?? []).filter(({ quality }) => quality > 0);
  return found.sort((a, b) => b.quality - a.quality || a.distance - b.distance || a.place - b.place)[0]?.name;
}

interface Wish {
  /** With its parameters: what is offered has none, so that a wish with some is for something else. */
  readonly range: string;
  readonly quality: number;
}

function readWish(text: string): Wish {
  const [name = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const others = parameters.filter((parameter) => !parameter.startsWith('q='));
  return { range: [name, ...others].join(';'), quality: quality === undefined ? 1 : Number(quality) };
}

function findMatch(name: string, wishes: readonly Wish[]) {
  const type = name.split('/')[0];
  const ranges = type === name ? [name, '*'] : [name, `${type}/*`, '*/*'];
  for (const [distance, wanted] of ranges.entries()) {
    const place = wishes.findIndex(({ range }) => range === wanted);
    const wish = wishes[place];
    if (wish) return { name, distance, place, quality: wish.quality };
  }
  return undefined;
}
