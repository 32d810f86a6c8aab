import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CONTAINER_FILE_BYTES_MAX } from '../../limits.ts';
import type { ContainerInfo } from './container-info.ts';
import { parseDockerContainer } from './docker-container.ts';
import { parseBundle } from './oci-bundle.ts';
import { parseJson, parsePodmanStorage } from './podman-storage.ts';

interface Source {
  readonly path: (id: string) => string;
  readonly parse: (json: unknown, id: string) => ContainerInfo | undefined;
}

const CONTAINERD = '/run/containerd/io.containerd.runtime.v2.task';
const CONTAINERS = '/run/containers/storage/overlay-containers';

/** Where runtimes write down what they run; the first that knows a container answers. */
const SOURCES: readonly Source[] = [
  {
    path: (id) => `/var/lib/docker/containers/${id}/config.v2.json`,
    parse: (json) => parseDockerContainer(json, 'docker'),
  },
  {
    path: (id) => `${CONTAINERD}/k8s.io/${id}/config.json`,
    parse: (json) => parseBundle(json, 'containerd'),
  },
  {
    path: (id) => `/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`,
    parse: (json) => parseBundle(json, 'containerd'),
  },
  {
    path: (id) => `${CONTAINERD}/default/${id}/config.json`,
    parse: (json) => parseBundle(json, 'containerd'),
  },
  {
    path: (id) => `${CONTAINERS}/${id}/userdata/config.json`,
    parse: (json) => parseBundle(json, 'cri-o'),
  },
  {
    path: () => '/var/lib/containers/storage/overlay-containers/containers.json',
    parse: parsePodmanStorage,
  },
];

/** Of the files that runtimes keep, read at once: a container's first process is named when it starts. */
export function readContainerFiles(id: string, rootPath: string): ContainerInfo | undefined {
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  for (const { path, parse } of SOURCES) {
    const text = readBounded(join(rootPath, path(id)));
    const info = text === undefined ? undefined : parse(parseJson(text), id);
    if (info !== undefined) return info;
  }
  return undefined;
}

/** Undefined when it cannot be read, or is longer than any such file. */
function readBounded(path: string): string | undefined {
  try {
    return statSync(path).size > CONTAINER_FILE_BYTES_MAX ? undefined : readFileSync(path, 'utf8');
  } catch {
    // That runtime is not here, or its files are not ours to read.
    return undefined;
  }
}
