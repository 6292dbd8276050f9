/** The manifests that run many replicas agree with each other, and with what the server takes. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { BASE_PATH, contract } from '../contract/index.ts';
import { END_SECONDS, readPodFile, toOptions } from './support/pod-files.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { startServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const READY = BASE_PATH + contract.health.ready.path;
const HEALTH = BASE_PATH + contract.health.check.path;
const strings = z.array(z.string());
const Metadata = z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() });
const Selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()) });
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.int().optional(),
  timeoutSeconds: z.int(),
  failureThreshold: z.int(),
});
const Variable = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }).optional(),
});
const Container = z.strictObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.literal('IfNotPresent'),
  args: strings,
  env: z.array(Variable),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    runAsUser: z.literal(1000),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  lifecycle: z.strictObject({ preStop: z.strictObject({ exec: z.strictObject({ command: strings }) }) }),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.string() }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const Volume = z.strictObject({
  name: z.string(),
  emptyDir: z.strictObject({}).optional(),
  secret: z
    .strictObject({
      secretName: z.string(),
      items: z.array(z.strictObject({ key: z.string(), path: z.string() })),
    })
    .optional(),
});
const Deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata: Metadata,
  spec: z.strictObject({
    replicas: z.int(),
    selector: Selector,
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxUnavailable: z.int(), maxSurge: z.int() }),
    }),
    template: z.strictObject({
      metadata: z.strictObject({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.strictObject({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.int(),
        topologySpreadConstraints: z.array(
          z.strictObject({
            maxSkew: z.int(),
            topologyKey: z.enum(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']),
            whenUnsatisfiable: z.literal('ScheduleAnyway'),
            labelSelector: Selector,
          }),
        ),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          fsGroup: z.literal(1000),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        volumes: z.array(Volume),
        containers: z.tuple([Container]),
      }),
    }),
  }),
});
const Budget = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata: Metadata,
  spec: z.strictObject({ maxUnavailable: z.int(), selector: Selector }),
});
const Service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata: Metadata,
  spec: z.strictObject({
    selector: z.record(z.string(), z.string()),
    sessionAffinity: z.literal('ClientIP').optional(),
    ports: z.tuple([z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })]),
  }),
});

describe('the manifests of the replicas', () => {
  const text = readPodFile('replicas.yaml');
  const documents = parseAllDocuments(text).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
  const [deployment, budget, ...services] = z.tuple([Deployment, Budget, Service, Service]).parse(documents);
  const { replicas, strategy, template, selector } = deployment.spec;
  const pod = template.spec;
  const [container] = pod.containers;
  const options = toOptions(container.args);

  test('lose one of three at a time at most, and none before another one is ready', () => {
    expect([replicas, budget.spec.maxUnavailable]).toEqual([3, 1]);
    expect(strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const { labels } = template.metadata;
    const selected = [selector, budget.spec.selector, ...pod.topologySpreadConstraints.map((one) => one.labelSelector)];
    for (const { matchLabels } of selected) expect(matchLabels).toEqual(labels);
    for (const { spec } of services) expect(spec.selector).toEqual(labels);
  });

  test('ask what the server answers, and reach it where it listens', () => {
    const [port] = container.ports;
    expect(port).toEqual({ name: 'http', containerPort: options.port });
    for (const { spec } of services) expect(spec.ports[0].targetPort).toBe(port?.name);
    expect(services.map(({ spec }) => spec.sessionAffinity)).toEqual([undefined, 'ClientIP']);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual(
      [HEALTH, HEALTH, READY].map((path) => ({ path, port: 'http' })),
    );
    expect(template.metadata.annotations['prometheus.io/port']).toBe(String(options.port));
  });

  test('give a replica that is told to end its time', () => {
    const [command, seconds] = container.lifecycle.preStop.exec.command;
    expect([command, Number(seconds)]).toEqual(['sleep', 5]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(seconds) + options['shutdown-grace'] + END_SECONDS,
    );
  });

  test('give each replica the secrets that the command above makes, and folders of its own', () => {
    const [, made = ''] = /kubectl create secret generic (agent-runtimes-replicas (?:.*\\\n)*.*)$/m.exec(text) ?? [];
    const keys = [...made.matchAll(/--from-(?:file|literal)=([\w-]+)/g)].map(([, key]) => key);
    const variables = container.env.flatMap(({ name, valueFrom }) =>
      valueFrom ? [{ variable: name, secret: valueFrom.secretKeyRef.name, key: valueFrom.secretKeyRef.key }] : [],
    );
    const { secretName, items = [] } = pod.volumes.find(({ name }) => name === 'keys')?.secret ?? {};
    expect([...items, ...variables].map(({ key }) => key)).toEqual(keys);
    const named = [secretName, ...variables.map(({ secret }) => secret)];
    expect(named).toEqual(named.map(() => 'agent-runtimes-replicas'));
    const environment = Object.fromEntries(variables.map(({ variable, key }) => [variable, key]));
    expect(toOptions(container.args, environment)).toMatchObject({
      'database-url': 'database-url',
      'database-direct-url': 'database-direct-url',
    });
    expect([options['api-key-file'], options['secret-key-file']]).toEqual(
      items.map(({ path }) => `/etc/agent-runtimes/${path}`),
    );
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp', '/etc/agent-runtimes']);
    expect(container.image).toBe('agent-runtimes');
  });

  test.skipIf(hasNoDatabase)('start a server that asks for its keys and is ready, with its database', async () => {
    await using database = await openDatabase();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'api-keys'), 'replica-key-canary\n');
    await writeFile(join(folder.path, 'secret-key'), `${randomBytes(32).toString('base64')}\n`);
    const here = (arg: string) => arg.replace('/etc/agent-runtimes', folder.path);
    const args = container.args.filter((arg) => !/^--(host|port|data-dir)=/.test(arg)).map(here);
    const environment = { AGENT_RUNTIMES_DATABASE_URL: database.url, AGENT_RUNTIMES_DATABASE_DIRECT_URL: database.url };
    await using server = await startServer({ args, environment });
    const path = (full: string) => full.slice(BASE_PATH.length);
    await expect
      .poll(async () => (await server.call('GET', path(container.readinessProbe.httpGet.path))).status, {
        timeout: 20_000,
      })
      .toBe(200);
    expect((await server.call('GET', path(container.livenessProbe.httpGet.path))).status).toBe(200);
    const key = { authorization: 'Bearer replica-key-canary' };
    const statuses = [await server.call('GET', '/agents'), await server.call('GET', '/agents', undefined, key)];
    expect(statuses.map(({ status }) => status)).toEqual([401, 200]);
    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toContain('canary');
  });
});
