import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resourceDetectionConfig } from '../src/config.ts';
import type { DetectedAttributes, Surroundings } from '../src/detector.ts';
import { detectAks } from '../src/detectors/aks.ts';
import { detectConsul } from '../src/detectors/consul.ts';
import { detectDocker } from '../src/detectors/docker.ts';
import { detectHeroku } from '../src/detectors/heroku.ts';
import { detectLambda } from '../src/detectors/lambda.ts';
import { fakeMetadata } from './fake-metadata.ts';

function surroundings(
  env: Readonly<Record<string, string>>,
  more: Partial<Surroundings> = {},
): Surroundings {
  const signal = AbortSignal.timeout(2000);
  return { env, logger: new RecordingLogger(), signal, failOnMissing: false, ...more };
}

const plain = (found: DetectedAttributes): object => Object.fromEntries(found);
const DEFAULTS = resourceDetectionConfig.parse({});

describe('the detectors that read the environment', () => {
  it('heroku has the dyno and its release', async () => {
    const env = {
      HEROKU_DYNO_ID: 'd',
      HEROKU_APP_ID: 'a',
      HEROKU_APP_NAME: 'shop',
      HEROKU_RELEASE_CREATED_AT: '2026-01-01T00:00:00Z',
      HEROKU_RELEASE_VERSION: 'v7',
      HEROKU_SLUG_COMMIT: 'abc',
    };
    expect(plain(await detectHeroku(surroundings(env), DEFAULTS.heroku))).toEqual({
      'service.instance.id': 'd',
      'heroku.app.id': 'a',
      'cloud.provider': 'heroku',
      'service.name': 'shop',
      'heroku.release.creation_timestamp': '2026-01-01T00:00:00Z',
      'service.version': 'v7',
      'heroku.release.commit': 'abc',
    });
    expect((await detectHeroku(surroundings({}), DEFAULTS.heroku)).size).toBe(0);
    const strict = surroundings({}, { failOnMissing: true });
    await expect(detectHeroku(strict, DEFAULTS.heroku)).rejects.toThrow(
      'heroku metadata unavailable',
    );
  });

  it('lambda has the function and where it logs', async () => {
    const env = {
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '3',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: 'g',
      AWS_LAMBDA_LOG_STREAM_NAME: 's',
      AWS_REGION: 'eu-west-1',
    };
    expect(plain(await detectLambda(surroundings(env), DEFAULTS.lambda))).toEqual({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'cloud.region': 'eu-west-1',
      'faas.name': 'f',
      'faas.version': '3',
      'faas.instance': 's',
      'faas.max_memory': '512',
      'aws.log.group.names': ['g'],
      'aws.log.stream.names': ['s'],
    });
    expect((await detectLambda(surroundings({}), DEFAULTS.lambda)).size).toBe(0);
  });
});

describe('the detector aks', () => {
  const COMPUTE = 'GET /metadata/instance/compute?api-version=2020-09-01&format=json';

  it.each([
    ['MC_group_shop_westeurope', 'shop'],
    ['other_group', 'other_group'],
  ])('knows the cluster of %s', async (resourceGroupName, cluster) => {
    const { endpoint } = await fakeMetadata({ [COMPUTE]: JSON.stringify({ resourceGroupName }) });
    const enabled = new Set(['cloud.platform', 'cloud.provider', 'k8s.cluster.name']);
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(plain(await detectAks(surroundings(env), { endpoint, enabled }))).toEqual({
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.aks',
      'k8s.cluster.name': cluster,
    });
    expect((await detectAks(surroundings({}), { endpoint, enabled })).size).toBe(0);
  });
});

async function onSocket(answer: RequestListener): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sonde-docker-'));
  const path = join(folder, 'docker.sock');
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return `unix://${path}`;
}

describe('the detector docker', () => {
  it('asks on the socket of DOCKER_HOST, for its container where that is wanted', async () => {
    const answers = new Map([
      ['/info', { Name: 'node-7', OSType: 'linux' }],
      [`/containers/${hostname()}/json`, { Name: '/shop', Image: 'sha256:1' }],
    ]);
    const host = await onSocket((request, response) => {
      response.end(JSON.stringify(answers.get(request.url ?? '')));
    });
    const around = surroundings({ DOCKER_HOST: host });
    const machine = { 'host.name': 'node-7', 'os.type': 'linux' };
    expect(plain(await detectDocker(around, DEFAULTS.docker))).toEqual(machine);
    const enabled = new Set([...DEFAULTS.docker.enabled, 'container.name', 'container.image.name']);
    const own = { 'container.name': '/shop', 'container.image.name': 'sha256:1' };
    expect(plain(await detectDocker(around, { enabled }))).toEqual({ ...machine, ...own });
  });

  it('asks over TCP, and finds nothing where nobody answers', async () => {
    const { endpoint } = await fakeMetadata({
      'GET /info': JSON.stringify({ Name: 'n', OSType: 'dragonfly' }),
    });
    const tcp = { DOCKER_HOST: endpoint.replace('http', 'tcp') };
    expect(plain(await detectDocker(surroundings(tcp), DEFAULTS.docker))).toEqual({
      'host.name': 'n',
      'os.type': 'dragonflybsd',
    });
    const gone = { DOCKER_HOST: 'unix:///no/such.sock' };
    expect((await detectDocker(surroundings(gone), DEFAULTS.docker)).size).toBe(0);
    const strict = surroundings({ DOCKER_HOST: 'ssh://x' }, { failOnMissing: true });
    await expect(detectDocker(strict, DEFAULTS.docker)).rejects.toThrow(
      'docker metadata unavailable: DOCKER_HOST "ssh://x"',
    );
  });
});

describe('the detector consul', () => {
  const SELF = {
    Config: { NodeName: 'node-7', Datacenter: 'dc1', NodeID: 'id-7' },
    Meta: { rack: 'r1', hidden: 'x' },
  };

  it('asks the agent with its token, and takes the metadata that are named', async () => {
    const { endpoint } = await fakeMetadata({
      'GET /v1/agent/self?dc=dc1&ns=shop': (request) =>
        request.headers['x-consul-token'] === 'hush' ? JSON.stringify(SELF) : undefined,
    });
    const { consul } = resourceDetectionConfig.parse({
      consul: { address: endpoint, datacenter: 'dc1', token: 'hush', meta: { rack: null } },
    });
    const env = { CONSUL_NAMESPACE: 'shop', CONSUL_HTTP_TOKEN: 'other' };
    expect(plain(await detectConsul(surroundings(env), consul))).toEqual({
      'host.name': 'node-7',
      'cloud.region': 'dc1',
      'host.id': 'id-7',
      rack: 'r1',
    });
  });

  it('finds agent and token where the tools of Consul look', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sonde-consul-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'token');
    writeFileSync(file, 'hush\n');
    const { endpoint } = await fakeMetadata({
      'GET /v1/agent/self': (request) =>
        request.headers['x-consul-token'] === 'hush' ? JSON.stringify(SELF) : undefined,
    });
    const env = { CONSUL_HTTP_ADDR: endpoint.replace('http://', ''), CONSUL_HTTP_TOKEN_FILE: file };
    const found = await detectConsul(surroundings(env), DEFAULTS.consul);
    expect(found.get('host.name')).toBe('node-7');
  });

  it('finds nothing where nobody answers, which is a failure where that is wanted', async () => {
    const env = { CONSUL_HTTP_ADDR: '127.0.0.1:1' };
    expect((await detectConsul(surroundings(env), DEFAULTS.consul)).size).toBe(0);
    const strict = surroundings(env, { failOnMissing: true });
    await expect(detectConsul(strict, DEFAULTS.consul)).rejects.toThrow(
      'failed to get consul metadata: connect ECONNREFUSED',
    );
  });
});
