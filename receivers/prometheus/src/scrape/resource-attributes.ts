import { isIP } from 'node:net';
import type { ResourceNode, TextAttribute } from '../convert/target-tree.ts';

/** Labels of Kubernetes' discovery and the attributes that say the same. */
const KUBERNETES: readonly (readonly [label: string, key: string])[] = [
  ['__meta_kubernetes_pod_name', 'k8s.pod.name'],
  ['__meta_kubernetes_pod_uid', 'k8s.pod.uid'],
  ['__meta_kubernetes_pod_container_name', 'k8s.container.name'],
  ['__meta_kubernetes_namespace', 'k8s.namespace.name'],
  ['__meta_kubernetes_pod_node_name', 'k8s.node.name'],
  ['__meta_kubernetes_node_name', 'k8s.node.name'],
  ['__meta_kubernetes_endpoint_node_name', 'k8s.node.name'],
];

/** What identifies the target that samples are of. */
export function targetAttributes(
  { job, instance }: ResourceNode,
  discovered: ReadonlyMap<string, string>,
): readonly TextAttribute[] {
  const { host, port } = splitHostPort(instance);
  const attributes: [string, string][] = [['service.name', job]];
  if (isDiscernible(host)) attributes.push(['server.address', host]);
  attributes.push(['service.instance.id', instance]);
  attributes.push(['server.port', port]);
  attributes.push(['url.scheme', discovered.get('__scheme__') ?? '']);
  for (const [label, key] of KUBERNETES) {
    const value = discovered.get(label);
    if (value) attributes.push([key, value]);
  }
  return attributes.map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** Without a port all of it is the host. */
function splitHostPort(instance: string): { readonly host: string; readonly port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(instance);
  if (match === null) return { host: instance, port: '' };
  return { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}

/** Every machine has these. */
function isDiscernible(host: string): boolean {
  if (isIP(host) === 0) return host !== 'localhost';
  return !/^127\.|^(?:0\.0\.0\.0|::1|::|::ffff:127\..*)$/.test(host);
}
