import { type Chapter, tellStory } from './story.ts';

const WIDTH = 44;

/** Tells the story, and prints for each door what its client was told beside the log of the run. */
export async function printStory(url: string): Promise<void> {
  const { messages, runs } = await tellStory(url, { conversation: 'story', onChapter: print });
  console.log(
    `\n${messages.length} messages in one conversation, ${runs.length} runs, all of them ${statusesOf(runs)}:`,
  );
  for (const { role, content } of messages)
    console.log(`  ${role.padEnd(9)} ${content.replaceAll(/\s+/g, ' ').slice(0, 90)}`);
}

function print({ door, client, runId, told, log }: Chapter): void {
  console.log(`\n${`${door}, ${client}`.padEnd(WIDTH)} the log of ${runId}`);
  for (let line = 0; line < Math.max(told.length, log.length); line++) {
    const left = (told[line] ?? '').replaceAll(/\s+/g, ' ').slice(0, WIDTH - 3);
    console.log(`  ${left.padEnd(WIDTH - 2)} ${log[line] ?? ''}`);
  }
}

const statusesOf = (runs: readonly { readonly status: string }[]) =>
  [...new Set(runs.map(({ status }) => status))].join(' or ');
