import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { resourceDetectionConfig } from '../src/config.ts';
import type { Surroundings } from '../src/detector.ts';
import { detectEks } from '../src/detectors/eks.ts';
import { detectK8sApi } from '../src/detectors/k8s-api.ts';
import { fakeMetadata } from './fake-metadata.ts';

const NODE = '/api/v1/nodes/node-7';
const CLUSTER = '/api/v1/namespaces/kube-system';
const ENV = { K8S_NODE_NAME: 'node-7', KUBERNETES_SERVICE_HOST: '127.0.0.1' };
const ANSWERS = new Map([
  [NODE, { metadata: { name: 'node-7', uid: 'n-uid' }, status: {} }],
  [CLUSTER, { metadata: { name: 'kube-system', uid: 'c-uid' } }],
]);

function surroundings(env: Surroundings['env'], failOnMissing = false): Surroundings {
  return { env, logger: new RecordingLogger(), signal: AbortSignal.timeout(5000), failOnMissing };
}

/** What a pod has: a token, and the authority that the API's certificate is of. */
const account = mkdtempSync(join(tmpdir(), 'sonde-account-'));
afterAll(() => rmSync(account, { recursive: true }));
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
    ...['-keyout', join(account, 'key.pem'), '-out', join(account, 'ca.crt')],
  ],
  { stdio: 'ignore' },
);
writeFileSync(join(account, 'token'), 'hush\n');

async function api(status: (path: string) => number = () => 200): Promise<string> {
  const [key, cert] = ['key.pem', 'ca.crt'].map((name) => readFileSync(join(account, name)));
  const server = createServer({ key, cert }, ({ headers, url = '' }, response) => {
    response.statusCode = headers.authorization === 'Bearer hush' ? status(url) : 401;
    response.end(JSON.stringify(ANSWERS.get(url)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return String(Reflect.get(Object(server.address()), 'port'));
}

describe('the detector k8s_api', () => {
  const defaults = resourceDetectionConfig.parse({}).k8s_api;
  const inPod = { ...defaults, accountDirectory: account };

  it('asks the API of its pod for the node and the cluster', async () => {
    const env = { ...ENV, KUBERNETES_SERVICE_PORT: await api() };
    expect(Object.fromEntries(await detectK8sApi(surroundings(env), inPod))).toEqual({
      'k8s.node.name': 'node-7',
      'k8s.node.uid': 'n-uid',
      'k8s.cluster.uid': 'c-uid',
    });
  });

  it('does without the cluster where it may not look', async () => {
    const port = await api((path) => (path === CLUSTER ? 403 : 200));
    const around = surroundings({ ...ENV, KUBERNETES_SERVICE_PORT: port });
    expect([...(await detectK8sApi(around, inPod)).keys()]).toEqual([
      'k8s.node.name',
      'k8s.node.uid',
    ]);
  });

  it('fails where the cluster cannot be told, so that it is tried again', async () => {
    const port = await api((path) => (path === CLUSTER ? 500 : 200));
    const around = surroundings({ ...ENV, KUBERNETES_SERVICE_PORT: port });
    await expect(detectK8sApi(around, inPod)).rejects.toThrow('failed to get k8s cluster UID');
  });

  it('finds nothing without an API, which is a failure where that is wanted', async () => {
    const env = { K8S_NODE_NAME: 'node-7' };
    expect((await detectK8sApi(surroundings(env), inPod)).size).toBe(0);
    await expect(detectK8sApi(surroundings(env, true), inPod)).rejects.toThrow(
      'failed getting k8s node: KUBERNETES_SERVICE_HOST is not set',
    );
  });

  it('wants the name of its node', async () => {
    const { k8s_api: other } = resourceDetectionConfig.parse({
      k8s_api: { node_from_env_var: 'MY_NODE' },
    });
    await expect(detectK8sApi(surroundings(ENV), other)).rejects.toThrow(
      "node name can't be found",
    );
  });

  it('asks another endpoint without a token where that is said', async () => {
    const answer = (path: string): string => JSON.stringify(ANSWERS.get(path));
    const { endpoint, asked } = await fakeMetadata({ [`GET ${NODE}`]: answer(NODE) });
    const { k8snode } = resourceDetectionConfig.parse({
      detectors: ['k8snode'],
      k8snode: {
        auth_type: 'none',
        endpoint,
        resource_attributes: { 'k8s.cluster.uid': { enabled: false } },
      },
    });
    const found = await detectK8sApi(surroundings(ENV), k8snode);
    expect(found.get('k8s.node.uid')).toBe('n-uid');
    expect(asked).toEqual([`GET ${NODE}`]);
  });

  it.each([
    ['kubeConfig', '`auth_type: kubeConfig` is not supported'],
    ['magic', 'invalid authType for kubernetes: magic'],
  ])('refuses auth_type %s', (authType, text) => {
    const read = resourceDetectionConfig.safeParse({ k8s_api: { auth_type: authType } });
    expect(read.error?.issues.map(({ message }) => message)).toEqual([text]);
  });
});

describe('the detector eks', () => {
  const IMDS = 'GET /latest';
  const DOCUMENT = { accountId: '1', region: 'eu-west-1', instanceId: 'i-7' };
  const METADATA = {
    'PUT /latest/api/token': 'T',
    [`${IMDS}/meta-data/instance-id`]: 'i-7',
    [`${IMDS}/meta-data/hostname`]: 'node-7',
    [`${IMDS}/dynamic/instance-identity/document`]: JSON.stringify(DOCUMENT),
    [`${IMDS}/meta-data/tags/instance`]: 'Name\neks:cluster-name',
    [`${IMDS}/meta-data/tags/instance/eks%3Acluster-name`]: 'prod',
  };
  const IRSA = '/var/run/secrets/eks.amazonaws.com/serviceaccount/token';
  const POD = { KUBERNETES_SERVICE_HOST: '127.0.0.1', AWS_WEB_IDENTITY_TOKEN_FILE: IRSA };

  it('says by its environment where it is, and asks nobody for more than is on', async () => {
    const { eks } = resourceDetectionConfig.parse({});
    expect(Object.fromEntries(await detectEks(surroundings(POD), eks))).toEqual({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_eks',
    });
  });

  it('asks its machine for the name of the cluster', async () => {
    const { endpoint } = await fakeMetadata(METADATA);
    const on = { enabled: true };
    const { eks } = resourceDetectionConfig.parse({
      eks: { endpoint, resource_attributes: { 'k8s.cluster.name': on, 'host.id': on } },
    });
    expect(Object.fromEntries(await detectEks(surroundings(POD), eks))).toEqual({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_eks',
      'host.id': 'i-7',
      'k8s.cluster.name': 'prod',
    });
  });

  it.each([
    ['v1.31.2-eks-7f9249a', 2],
    ['v1.31.2', 0],
  ])('knows the cluster by its version %s', async (gitVersion, count) => {
    const { endpoint } = await fakeMetadata({ 'GET /version': JSON.stringify({ gitVersion }) });
    const config = resourceDetectionConfig.parse({ k8s_api: { auth_type: 'none', endpoint } });
    const eks = { ...config.eks, api: config.k8s_api };
    expect((await detectEks(surroundings(ENV), eks)).size).toBe(count);
  });

  it('is nowhere else, which is a failure where that is wanted', async () => {
    const { eks } = resourceDetectionConfig.parse({});
    expect((await detectEks(surroundings({}), eks)).size).toBe(0);
    await expect(detectEks(surroundings({}, true), eks)).rejects.toThrow(
      'eks metadata unavailable: not running on EKS',
    );
  });
});
