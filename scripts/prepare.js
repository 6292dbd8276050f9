/** Builds the server and its console after an installation. For a Node before 20.19 npm leaves the bundler out; the sources run as well, only slower. */
const bundler = await import('rolldown').catch(() => undefined);
if (bundler) {
  await import('./bundle-server.ts');
  await import('./bundle-console.ts');
} else console.error('npm has left out what builds the server, for the Node it ran on: `npm start` runs the sources.');
