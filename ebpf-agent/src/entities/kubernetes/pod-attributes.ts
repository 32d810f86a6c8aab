import type { Pod } from './pod.ts';

const OWNER_KEYS: Readonly<Record<string, string>> = {
  Deployment: 'k8s.deployment.name',
  ReplicaSet: 'k8s.replicaset.name',
  StatefulSet: 'k8s.statefulset.name',
  DaemonSet: 'k8s.daemonset.name',
  CronJob: 'k8s.cronjob.name',
  Job: 'k8s.job.name',
};

/** Attributes of the conventions for a container of a pod. */
export function podAttributes(
  pod: Pod,
  container: string | undefined,
): Readonly<Record<string, string>> {
  const ownerKey = OWNER_KEYS[pod.owner?.kind ?? ''];
  return {
    'k8s.namespace.name': pod.namespace,
    'k8s.pod.name': pod.name,
    'k8s.pod.uid': pod.uid,
    ...(pod.node === '' ? {} : { 'k8s.node.name': pod.node }),
    ...(container === undefined ? {} : { 'k8s.container.name': container }),
    ...(ownerKey === undefined ? {} : { [ownerKey]: pod.owner?.name ?? '' }),
    ...annotated(pod),
  };
}

const RESOURCE_ANNOTATION = 'resource.opentelemetry.io/';
const VERSION_LABEL = 'app.kubernetes.io/version';

function annotated({ annotations, labels }: Pod): Readonly<Record<string, string>> {
  const said = Object.entries(annotations)
    .filter(([key]) => key.startsWith(RESOURCE_ANNOTATION))
    .map(([key, value]) => [key.slice(RESOURCE_ANNOTATION.length), value]);
  const version = labels[VERSION_LABEL];
  return {
    ...(version === undefined ? {} : { 'service.version': version }),
    ...Object.fromEntries(said),
  };
}

/**
 * In the order that OpenTelemetry advises ("Specify resource attributes using Kubernetes annotations"):
 * annotation, labels, workload, pod. A container beside the main one has its own name.
 */
export function podServiceName(pod: Pod, container: string | undefined): string {
  const { annotations, labels, owner, containers } = pod;
  const main = annotations['kubectl.kubernetes.io/default-container'] ?? containers[0];
  if (container !== undefined && main !== undefined && container !== main) return container;
  return (
    annotations[`${RESOURCE_ANNOTATION}service.name`] ??
    labels['app.kubernetes.io/instance'] ??
    labels['app.kubernetes.io/name'] ??
    owner?.name ??
    pod.name
  );
}

/** Letters and digits that Kubernetes makes random names of. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';
const OF_DEPLOYMENT = new RegExp(`^(.+)-${RANDOM}{6,10}-${RANDOM}{5}$`);
const OF_SET = new RegExp(`^(.+)-(?:\\d+|${RANDOM}{5})$`);

/** Where nobody says who owns a pod: `shop` of `shop-7d4b9c6f5-x2k4p`, `shop-0` and `shop-x2k4p`. */
export function workloadOfPodName(name: string): string {
  return OF_DEPLOYMENT.exec(name)?.[1] ?? OF_SET.exec(name)?.[1] ?? name;
}
