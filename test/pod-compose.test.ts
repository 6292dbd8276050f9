/** The compose file and its balancer agree with each other, and with what the server takes. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BASE_PATH, contract } from '../contract/index.ts';
import { END_SECONDS, readPodFile, toOptions } from './support/pod-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const READY = BASE_PATH + contract.health.ready.path;
const strings = z.array(z.string());

const Compose = z.strictObject({
  name: z.string(),
  services: z.strictObject({
    replica: z.strictObject({
      image: z.string(),
      entrypoint: z.tuple([z.literal('/bin/sh'), z.literal('-c'), z.string(), z.string()]),
      command: strings,
      environment: z.record(z.string(), z.string()),
      secrets: strings,
      deploy: z.strictObject({ replicas: z.int() }),
      depends_on: z.strictObject({ postgres: z.strictObject({ condition: z.literal('service_healthy') }) }),
      restart: z.literal('unless-stopped'),
      stop_grace_period: z.string().regex(/^\d+s$/),
      cap_drop: z.tuple([z.literal('ALL')]),
      security_opt: strings,
    }),
    postgres: z.strictObject({
      image: z.string().regex(/^postgres:\d+$/),
      environment: z.record(z.string(), z.string()),
      secrets: strings,
      volumes: strings,
      healthcheck: z.strictObject({
        test: strings,
        interval: z.string(),
        timeout: z.string(),
        retries: z.int(),
        start_period: z.string(),
      }),
      restart: z.literal('unless-stopped'),
      stop_grace_period: z.string(),
    }),
    balancer: z.strictObject({
      image: z.string().regex(/^haproxy:\d+\.\d+$/),
      configs: z.tuple([z.strictObject({ source: z.string(), target: z.string() })]),
      ports: z.tuple([z.string()]),
      depends_on: strings,
      restart: z.literal('unless-stopped'),
    }),
  }),
  configs: z.record(z.string(), z.strictObject({ file: z.string() })),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  volumes: z.record(z.string(), z.strictObject({})),
});

describe('the compose file', () => {
  const text = readPodFile('compose.yaml');
  const compose = Compose.parse(parse(text));
  const { replica, postgres, balancer } = compose.services;
  const options = toOptions(replica.command);
  const balancing = readPodFile('haproxy.cfg');
  const settings = (name: string) => [...balancing.matchAll(new RegExp(`^  ${name} (.*)$`, 'gm'))].map(([, at]) => at);

  test('starts three replicas of the image, with secrets that are files, and time to end', () => {
    expect(replica.deploy.replicas).toBe(3);
    expect(options).toMatchObject({ host: '0.0.0.0', port: 8765, 'data-dir': '/data' });
    expect(Number.parseInt(replica.stop_grace_period, 10)).toBeGreaterThanOrEqual(
      options['shutdown-grace'] + END_SECONDS,
    );
    const given = ['postgres-password', 'api-keys', 'secret-key'];
    expect([replica.secrets, Object.keys(compose.secrets)]).toEqual([given, given]);
    expect([options['api-key-file'], options['secret-key-file']]).toEqual([
      '/run/secrets/api-keys',
      '/run/secrets/secret-key',
    ]);
    expect(postgres.environment.POSTGRES_PASSWORD_FILE).toBe('/run/secrets/postgres-password');
    expect(postgres.secrets).toEqual(['postgres-password']);
    for (const name of given) {
      expect(compose.secrets[name]).toEqual({ file: `./secrets/${name}` });
      expect(text).toMatch(new RegExp(`^#   openssl rand -(hex|base64) 32 > secrets/${name}$`, 'm'));
    }
    expect(text).toContain(`--target agent-runtimes -t ${replica.image} .`);
    for (const ignored of [readPodFile('../../.gitignore'), readPodFile('Dockerfile.dockerignore')])
      expect(ignored).toMatch(/^\/?scripts\/pod\/secrets\/?$/m);
  });

  test('gives each replica the database with the password of the file, and the options', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'postgres-password'), 'canary\n');
    const [shell, ...rest] = replica.entrypoint;
    const print = 'console.log(JSON.stringify([process.env.AGENT_RUNTIMES_DATABASE_URL, process.argv.slice(1)]))';
    const words = rest.map((word) =>
      word
        .replaceAll('$$', '$')
        .replaceAll('/run/secrets', folder.path)
        .replace('node dist/server/main.js', `'${process.execPath}' -e '${print}' --`),
    );
    const { stdout } = await promisify(execFile)(shell, [...words, ...replica.command], { timeout: 20_000 });
    const [url, args] = JSON.parse(stdout);
    const { POSTGRES_USER, POSTGRES_DB } = postgres.environment;
    expect([url, args]).toEqual([`postgres://${POSTGRES_USER}:canary@postgres/${POSTGRES_DB}`, replica.command]);
    expect(readPodFile('Dockerfile')).toContain('ENTRYPOINT ["node", "dist/server/main.js"]');
  });

  test('keeps what is stored, and waits for a database that answers', () => {
    const [volume = '', place] = postgres.volumes[0]?.split(':') ?? [];
    expect([Object.keys(compose.volumes), place]).toEqual([[volume], '/var/lib/postgresql/data']);
    expect(postgres.healthcheck.test).toEqual([
      'CMD',
      'pg_isready',
      '--host=127.0.0.1',
      `--username=${postgres.environment.POSTGRES_USER}`,
    ]);
  });

  test('has a balancer that reaches every replica and asks it whether it is ready', () => {
    expect(compose.configs).toEqual({ [balancer.configs[0].source]: { file: './haproxy.cfg' } });
    const [address, outside, inside] = balancer.ports[0].split(':');
    expect([address, outside]).toEqual(['127.0.0.1', '8765']);
    expect(settings('bind')).toEqual([`:${inside}`]);
    const [, many, name, port] = /^replica- (\d+) (\S+):(\d+) check /.exec(settings('server-template')[0] ?? '') ?? [];
    expect(Object.keys(compose.services)).toContain(name);
    expect(Number(port)).toBe(options.port);
    expect(Number(many)).toBeGreaterThanOrEqual(replica.deploy.replicas);
    expect(settings('http-check')).toEqual([
      `send meth GET uri ${READY} ver HTTP/1.1 hdr Host localhost`,
      'expect status 200',
    ]);
    expect(settings('stick').toSorted()).toEqual([
      'match req.hdr(Mcp-Session-Id)',
      'store-response res.hdr(Mcp-Session-Id)',
    ]);
  });
});
