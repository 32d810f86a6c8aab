import { z } from 'zod';
import type { ContainerInfo } from './container-info.ts';

const bundle = z.object({ annotations: z.record(z.string(), z.string()) });

/** Names of the same thing with containerd, cri-o and nerdctl. */
const NAMES = {
  container: ['io.kubernetes.cri.container-name', 'io.kubernetes.container.name'],
  pod: ['io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name'],
  namespace: ['io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace'],
  uid: ['io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid'],
  image: ['io.kubernetes.cri.image-name', 'io.kubernetes.cri-o.ImageName', 'nerdctl/image'],
  log: ['io.kubernetes.cri-o.LogPath', 'nerdctl/log-uri'],
  plain: ['nerdctl/name'],
} as const;

/**
 * Of the annotations in a container's OCI bundle (`config.json`), which containerd, cri-o and nerdctl
 * keep while it runs; undefined when they say nothing.
 */
export function parseBundle(json: unknown, runtime: string): ContainerInfo | undefined {
  const parsed = bundle.safeParse(json);
  if (!parsed.success) return undefined;
  const { annotations } = parsed.data;
  const find = (names: readonly string[]): string =>
    names.map((name) => annotations[name]).find((value) => value !== undefined) ?? '';
  const [container, pod] = [find(NAMES.container), find(NAMES.pod)];
  const name = container || find(NAMES.plain);
  if (name === '' && pod === '') return undefined;
  const isPod = pod !== '';
  return {
    name: name === '' || name === 'POD' ? 'pause' : name,
    runtime,
    image: find(NAMES.image),
    labels: {},
    logPath: find(NAMES.log),
    pod: isPod
      ? { name: pod, namespace: find(NAMES.namespace), uid: find(NAMES.uid), container: name }
      : undefined,
  };
}
