import { type DetectedAttributes, enabledOf, NOTHING, type Surroundings } from '../detector.ts';
import { askAzure } from './azure.ts';

export interface AksSettings {
  readonly endpoint: string;
  readonly enabled: ReadonlySet<string>;
}

/** Parts of the name of a group that AKS made: `MC_<group>_<cluster>_<location>`. */
const MANAGED_PARTS = 4;

/** A node of Azure's Kubernetes, by the metadata service of its machine. */
export async function detectAks(
  surroundings: Surroundings,
  { endpoint, enabled }: AksSettings,
): Promise<DetectedAttributes> {
  if ((surroundings.env['KUBERNETES_SERVICE_HOST'] ?? '') === '') return NOTHING;
  const machine = await askAzure(surroundings, { endpoint, detector: 'aks' });
  if (machine === undefined) return NOTHING;
  const found = {
    'cloud.provider': 'azure',
    'cloud.platform': 'azure.aks',
    'k8s.cluster.name': clusterOf(machine.resourceGroupName),
  };
  return enabledOf(found, enabled);
}

function clusterOf(group: string): string {
  const parts = group.split('_');
  const isManaged = parts.length === MANAGED_PARTS && parts[0]?.toLowerCase() === 'mc';
  return (isManaged ? parts.at(-2) : undefined) ?? group;
}
