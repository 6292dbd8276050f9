/** The id of a server that is called anything: each run of characters that no id may hold becomes a `-`. */
export const toServerId = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100) || 'server';
