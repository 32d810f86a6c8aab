import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readContainerFiles } from '../src/entities/containers/container-files.ts';
import {
  containerAttributes,
  containerServiceName,
} from '../src/entities/containers/container-info.ts';
import { ContainerTable } from '../src/entities/containers/container-table.ts';

const id = 'ab'.repeat(32);
const rootPath = mkdtempSync(join(tmpdir(), 'sonde-root-'));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(rootPath, path)), { recursive: true });
  writeFileSync(join(rootPath, path), JSON.stringify(content));
}

afterEach(() => rmSync(rootPath, { recursive: true, force: true }));

describe('files of runtimes', () => {
  it('of docker name container, image, labels and the file of its output', () => {
    const LogPath = `/var/lib/docker/containers/${id}/${id}-json.log`;
    write(`var/lib/docker/containers/${id}/config.v2.json`, {
      ID: id,
      Name: '/shop-cart-1',
      LogPath,
      Config: {
        Image: 'registry.example:5000/shop/cart:1.4',
        Labels: { 'com.docker.compose.service': 'cart', 'com.docker.compose.config-hash': 'x' },
      },
    });
    const info = readContainerFiles(id, rootPath);
    expect(info).toMatchObject({ name: 'shop-cart-1', runtime: 'docker', logPath: LogPath });
    expect(containerAttributes(id, info)).toEqual({
      'container.id': id,
      'container.name': 'shop-cart-1',
      'container.runtime': 'docker',
      'container.image.name': 'registry.example:5000/shop/cart',
      'container.image.tags': '1.4',
      'container.label.com.docker.compose.service': 'cart',
    });
    expect(info && containerServiceName(info)).toBe('cart');
  });

  it('of containerd and cri-o name the pod', () => {
    write(`run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`, {
      ociVersion: '1.1.0',
      annotations: {
        'io.kubernetes.cri.container-name': 'cart',
        'io.kubernetes.cri.container-type': 'container',
        'io.kubernetes.cri.image-name': 'docker.io/shop/cart:1.4',
        'io.kubernetes.cri.sandbox-name': 'cart-7d4b9c6f5-x2k4p',
        'io.kubernetes.cri.sandbox-namespace': 'shop',
        'io.kubernetes.cri.sandbox-uid': 'u-1',
      },
    });
    const info = readContainerFiles(id, rootPath);
    expect(containerAttributes(id, info)).toMatchObject({
      'container.name': 'cart',
      'container.runtime': 'containerd',
      'k8s.pod.name': 'cart-7d4b9c6f5-x2k4p',
      'k8s.namespace.name': 'shop',
      'k8s.pod.uid': 'u-1',
      'k8s.container.name': 'cart',
    });
    const other = 'cd'.repeat(32);
    write(`run/containers/storage/overlay-containers/${other}/userdata/config.json`, {
      annotations: {
        'io.kubernetes.container.name': 'cart',
        'io.kubernetes.pod.name': 'cart-0',
        'io.kubernetes.pod.namespace': 'shop',
        'io.kubernetes.cri-o.LogPath': '/var/log/pods/shop_cart-0_u/cart/0.log',
      },
    });
    expect(readContainerFiles(other, rootPath)).toMatchObject({
      runtime: 'cri-o',
      logPath: '/var/log/pods/shop_cart-0_u/cart/0.log',
      pod: { name: 'cart-0' },
    });
  });

  it('of podman name the container', () => {
    write('var/lib/containers/storage/overlay-containers/containers.json', [
      { id: 'else' },
      { id, names: ['web'], metadata: '{"image-name":"docker.io/library/nginx:1.27"}' },
    ]);
    const info = readContainerFiles(id, rootPath);
    expect(info).toMatchObject({ name: 'web', runtime: 'podman' });
    expect(containerAttributes(id, info)['container.image.tags']).toBe('1.27');
  });

  it('that are broken, or of no such container, say nothing', () => {
    write(`var/lib/docker/containers/${id}/config.v2.json`, { Config: 7 });
    expect(readContainerFiles(id, rootPath)).toBeUndefined();
    expect(readContainerFiles('../../etc', rootPath)).toBeUndefined();
    expect(containerAttributes(id, undefined)).toEqual({ 'container.id': id });
  });
});

describe('a daemon', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('is asked where no file tells, and the answer is remembered', async () => {
    const asked: (string | undefined)[] = [];
    server = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ Name: '/web', Config: { Image: 'nginx@sha256:1' } }));
    });
    mkdirSync(join(rootPath, 'run'), { recursive: true });
    const path = join(rootPath, 'run/docker.sock');
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    const learned = await new Promise<string>((resolve) => {
      const containers = new ContainerTable({
        rootPath,
        onLearned: (which) => resolve(`${which} ${containers.of(which)?.name}`),
      });
      expect(containers.of(id)).toBeUndefined();
      expect(containers.of(id)).toBeUndefined();
    });
    expect(learned).toBe(`${id} web`);
    expect(asked).toEqual([`/containers/${id}/json`]);
  });
});
