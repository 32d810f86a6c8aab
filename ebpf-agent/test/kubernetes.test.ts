import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  podAttributes,
  podServiceName,
  workloadOfPodName,
} from '../src/entities/kubernetes/pod-attributes.ts';
import { PodTable } from '../src/entities/kubernetes/pod-table.ts';

const id = 'ab'.repeat(32);

const cart = {
  metadata: {
    uid: 'u-1',
    name: 'cart-7d4b9c6f5-x2k4p',
    namespace: 'shop',
    labels: { 'pod-template-hash': '7d4b9c6f5', 'app.kubernetes.io/version': '1.4' },
    annotations: { 'resource.opentelemetry.io/team': 'blue' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'cart-7d4b9c6f5', controller: true }],
  },
  spec: { nodeName: 'node-1', containers: [{ name: 'main' }, { name: 'istio-proxy' }] },
  status: {
    containerStatuses: [
      { name: 'main', image: 'shop/cart:1.4', containerID: `containerd://${id}` },
      { name: 'istio-proxy', containerID: 'containerd://else' },
    ],
  },
};
const nightly = {
  metadata: {
    uid: 'u-2',
    name: 'nightly-28712345-abcde',
    namespace: 'shop',
    ownerReferences: [{ kind: 'Job', name: 'nightly-28712345', controller: true }],
  },
  spec: { nodeName: 'node-1' },
};

describe('Kubernetes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-kubernetes-'));
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The API as far as it is asked; resolves when the pods are known, with what was asked for. */
  async function pods(items: readonly unknown[]): Promise<{ table: PodTable; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${decodeURIComponent(request.url ?? '')}`);
      response.end(JSON.stringify({ kind: 'PodList', items }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'secret\n');
    const config = {
      endpoint: `http://127.0.0.1:${port}`,
      node: 'node-1',
      token_file: tokenFile,
      ca_file: '',
      refresh_interval: 60_000,
    };
    return new Promise((resolve, reject) => {
      const table: PodTable = new PodTable({
        config,
        onLearned: () => resolve({ table, asked }),
        onFailure: (reason) => reject(new Error(reason)),
      });
      table.start();
      servers[0]?.once('close', () => table.close());
    });
  }

  it('names pods, their owners and containers', async () => {
    const { table, asked } = await pods([cart, nightly, { metadata: 'broken' }]);
    table.close();
    expect(asked).toEqual(['Bearer secret /api/v1/pods?fieldSelector=spec.nodeName=node-1']);
    expect(table.size).toBe(2);
    const pod = table.of('u-1');
    expect(pod && podAttributes(pod, pod.containerNames.get(id))).toEqual({
      'k8s.namespace.name': 'shop',
      'k8s.pod.name': 'cart-7d4b9c6f5-x2k4p',
      'k8s.pod.uid': 'u-1',
      'k8s.node.name': 'node-1',
      'k8s.container.name': 'main',
      'k8s.deployment.name': 'cart',
      'service.version': '1.4',
      team: 'blue',
    });
    expect(pod && podServiceName(pod, 'main')).toBe('cart');
    expect(pod && podServiceName(pod, 'istio-proxy')).toBe('istio-proxy');
    const job = table.of('u-2');
    expect(job && podAttributes(job, undefined)).toMatchObject({ 'k8s.cronjob.name': 'nightly' });
  });

  it('that does not answer is said, once a reason', async () => {
    const failures: string[] = [];
    const config = {
      endpoint: 'http://127.0.0.1:1',
      node: '',
      token_file: '',
      ca_file: '',
      refresh_interval: 60_000,
    };
    const table = new PodTable({
      config,
      onLearned: () => failures.push('learned'),
      onFailure: (reason) => failures.push(reason),
    });
    await table.refresh();
    await table.refresh();
    expect(failures).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('is not needed to guess the workload of a pod by its name', () => {
    expect(workloadOfPodName('cart-7d4b9c6f5-x2k4p')).toBe('cart');
    expect(workloadOfPodName('postgres-0')).toBe('postgres');
    expect(workloadOfPodName('node-exporter-x2k4p')).toBe('node-exporter');
    expect(workloadOfPodName('single')).toBe('single');
  });
});
