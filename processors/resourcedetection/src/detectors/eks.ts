import { GoRegexp } from '@sonde/go-regexp';
import { z } from 'zod';
import { type DetectedAttributes, enabledOf, NOTHING, type Surroundings } from '../detector.ts';
import { detectEc2 } from './ec2.ts';
import { askApi, type K8sApiSettings } from './k8s-api.ts';

export interface EksSettings {
  /** Of the metadata service of the machine. */
  readonly endpoint: string;
  readonly api: K8sApiSettings;
  readonly enabled: ReadonlySet<string>;
}

const CLUSTER_NAME = 'k8s.cluster.name';
/** What EKS tags the machines of its node groups with. */
const CLUSTER_TAG = new GoRegexp('^(aws:)?eks:cluster-name$');
/** What is known of a pod without asking its machine. */
const OF_CLUSTER: ReadonlySet<string> = new Set(['cloud.provider', 'cloud.platform', CLUSTER_NAME]);

/** A pod of Amazon's Kubernetes; by the metadata service what is wanted of its machine. */
export async function detectEks(
  surroundings: Surroundings,
  settings: EksSettings,
): Promise<DetectedAttributes> {
  const { logger, failOnMissing } = surroundings;
  const { enabled } = settings;
  const isEks = await runsOnEks(surroundings, settings).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    logger.debug('Unable to identify EKS environment', { error: reason });
    if (failOnMissing) throw new Error(`eks metadata unavailable: ${reason}`, { cause: error });
    return false;
  });
  if (!isEks && failOnMissing) throw new Error('eks metadata unavailable: not running on EKS');
  if (!isEks) return NOTHING;
  const found = enabledOf({ 'cloud.provider': 'aws', 'cloud.platform': 'aws_eks' }, enabled);
  const ofMachine = new Set([...enabled].filter((name) => !OF_CLUSTER.has(name)));
  const wantsName = enabled.has(CLUSTER_NAME);
  if (ofMachine.size === 0 && !wantsName) return found;
  const { endpoint } = settings;
  const tags = wantsName ? [CLUSTER_TAG] : [];
  const machine = await detectEc2(surroundings, { endpoint, tags, enabled: ofMachine });
  for (const [key, value] of machine) {
    found.set(key.startsWith('ec2.tag.') ? CLUSTER_NAME : key, value);
  }
  if (wantsName && !found.has(CLUSTER_NAME)) {
    const advice = 'allow tags in the metadata of the instances (InstanceMetadataTags)';
    logger.warn(`no tag eks:cluster-name, skipping ${CLUSTER_NAME}; ${advice}`);
  }
  return found;
}

async function runsOnEks(surroundings: Surroundings, { api }: EksSettings): Promise<boolean> {
  const { env } = surroundings;
  if ((env['KUBERNETES_SERVICE_HOST'] ?? '') === '') return false;
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE']?.includes('eks.amazonaws.com') === true) return true;
  const authorization = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  if (authorization?.includes('eks-pod-identity') === true) return true;
  const answer: unknown = JSON.parse(await askApi('/version', surroundings, api));
  return z.object({ gitVersion: z.string() }).parse(answer).gitVersion.includes('-eks-');
}
