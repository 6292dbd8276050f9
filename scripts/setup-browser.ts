/** Finds Chromium for the tests of the documentation pages; run as a command, installs it with apt-get where it is missing and may be. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Where Chromium is; undefined when it is not installed. */
export const findBrowser = (): string | undefined => PLACES.find((path) => existsSync(path));

/** What to do about a browser that is missing. */
export const BROWSER_MISSING = `Chromium is not installed (looked for ${PLACES.join(', ')}); \`node scripts/setup-browser.ts\` installs it on Debian as root`;

if (import.meta.main) setUp();

function setUp(): void {
  const isDebian = existsSync('/usr/bin/apt-get');
  if (!findBrowser() && isDebian && process.getuid?.() === 0) {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  }
  const found = findBrowser();
  console.log(found ?? BROWSER_MISSING);
  if (!found) process.exitCode = 1;
}

function apt(...args: string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', ['-q', ...args], { env: environment, stdio: 'inherit', timeout: 300_000 });
  if (status !== 0) console.error(`apt-get ${args[0]} failed with ${status}`);
}
