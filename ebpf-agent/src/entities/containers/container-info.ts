/** What a runtime says of one of its containers. */
export interface ContainerInfo {
  readonly name: string;
  readonly runtime: string;
  /** As it was asked for: `registry/team/shop:1.2`, `nginx@sha256:...`. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where its output is written to; '' when the runtime does not say. */
  readonly logPath: string;
  readonly pod: PodOfContainer | undefined;
}

export interface PodOfContainer {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly container: string;
}

/** Labels that become attributes of a container. */
const LABELS_MAX = 16;
const LABEL_CHARACTERS_MAX = 200;
/** What runtimes and orchestrators note for themselves. */
const BOOKKEEPING =
  /^(io\.(kubernetes|cri-containerd|container)\.|desktop\.docker\.|com\.docker\.compose\.(config|container|depends|image|oneoff|project\.(config|environment|working)|replace|version)|org\.opencontainers\.image\.(created|description|licenses|ref|title|documentation|authors|vendor|url))/;

/** Attributes of the conventions: `container.*`, `k8s.*`. */
export function containerAttributes(
  id: string,
  info: ContainerInfo | undefined,
): Readonly<Record<string, string>> {
  if (info === undefined) return { 'container.id': id };
  const { name, runtime, pod } = info;
  const image = imageParts(info.image);
  const labels = Object.entries(info.labels)
    .filter(([key, value]) => value !== '' && !BOOKKEEPING.test(key))
    .slice(0, LABELS_MAX)
    .map(([key, value]) => [`container.label.${key}`, value.slice(0, LABEL_CHARACTERS_MAX)]);
  return {
    'container.id': id,
    ...(name === '' ? {} : { 'container.name': name }),
    ...(runtime === '' ? {} : { 'container.runtime': runtime }),
    ...(image.name === '' ? {} : { 'container.image.name': image.name }),
    ...(image.tag === '' ? {} : { 'container.image.tags': image.tag }),
    ...Object.fromEntries(labels),
    ...(pod === undefined
      ? {}
      : {
          'k8s.namespace.name': pod.namespace,
          'k8s.pod.name': pod.name,
          'k8s.pod.uid': pod.uid,
          'k8s.container.name': pod.container,
        }),
  };
}

/** A name for people: of Compose or Swarm the service's, else the container's, else the image's. */
export function containerServiceName(info: ContainerInfo): string | undefined {
  const { labels, name } = info;
  const composed = labels['com.docker.compose.service'] ?? labels['com.docker.swarm.service.name'];
  const image = imageParts(info.image).name.split('/').at(-1);
  return [composed, name, image].find((candidate) => candidate !== undefined && candidate !== '');
}

/** Name and tag; a port is no tag, a digest none either. */
function imageParts(image: string): { readonly name: string; readonly tag: string } {
  const [path = ''] = image.split('@');
  if (/^(sha256:)?[0-9a-f]{64}$/.test(path) || path === 'sha256') return { name: '', tag: '' };
  const colon = path.lastIndexOf(':');
  if (colon <= path.lastIndexOf('/')) return { name: path, tag: '' };
  return { name: path.slice(0, colon), tag: path.slice(colon + 1) };
}
