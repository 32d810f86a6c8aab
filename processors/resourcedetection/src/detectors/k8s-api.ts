import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata, MetadataStatusError } from '../metadata-client.ts';

export interface K8sApiSettings {
  readonly authType: 'serviceAccount' | 'none';
  /** Name of the variable that has the node's name. */
  readonly nodeFromEnvVar: string;
  /** Empty for the API that the environment of a pod names. */
  readonly endpoint: string;
  /** Where a pod finds its token and the API's authority. */
  readonly accountDirectory: string;
  readonly enabled: ReadonlySet<string>;
}

const FORBIDDEN: readonly number[] = [401, 403];

const named = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

/** A node of Kubernetes and its cluster, by the API. */
export async function detectK8sApi(
  surroundings: Surroundings,
  settings: K8sApiSettings,
): Promise<DetectedAttributes> {
  const { env, logger, failOnMissing } = surroundings;
  const { enabled } = settings;
  const name = env[settings.nodeFromEnvVar] ?? '';
  if (name === '') {
    const advice = 'Check the readme on how to set the required env variable';
    throw new Error(`node name can't be found. ${advice}: ${settings.nodeFromEnvVar}`);
  }
  const found: Record<string, DetectedValue> = {};
  try {
    if (enabled.has('k8s.node.uid') || enabled.has('k8s.node.name')) {
      const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
      const node = objectOf(await askApi(path, surroundings, settings));
      found['k8s.node.name'] = node.name;
      found['k8s.node.uid'] = node.uid;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (failOnMissing) throw new Error(`failed getting k8s node: ${reason}`, { cause: error });
    logger.debug('k8snode metadata unavailable', { error: reason });
    return NOTHING;
  }
  const cluster = enabled.has('k8s.cluster.uid') ? await clusterUid(surroundings, settings) : '';
  return enabledOf({ ...found, 'k8s.cluster.uid': cluster }, enabled);
}

/** That of the namespace `kube-system`, which is as old as the cluster; empty without a right. */
async function clusterUid(surroundings: Surroundings, settings: K8sApiSettings): Promise<string> {
  try {
    return objectOf(await askApi('/api/v1/namespaces/kube-system', surroundings, settings)).uid;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof MetadataStatusError) || !FORBIDDEN.includes(error.status)) {
      throw new Error(`failed to get k8s cluster UID: ${reason}`, { cause: error });
    }
    surroundings.logger.warn(
      'no permission to get kube-system namespace, skipping k8s.cluster.uid; disable the attribute ' +
        "or grant 'get' on namespaces/kube-system",
      { error: reason },
    );
    return '';
  }
}

function objectOf(answer: string): { readonly name: string; readonly uid: string } {
  return named.parse(JSON.parse(answer)).metadata;
}

/** What the API answers with; rejects with `MetadataStatusError` for another status than 200. */
export async function askApi(
  path: string,
  { env, signal }: Surroundings,
  { authType, endpoint, accountDirectory }: K8sApiSettings,
): Promise<string> {
  const url = `${endpoint === '' ? apiOf(env) : endpoint}${path}`;
  if (authType === 'none') return askMetadata(url, { signal });
  // Read each time: the token of a pod is another one every hour.
  const [token, ca] = await Promise.all([
    readFile(join(accountDirectory, 'token'), 'utf8'),
    readFile(join(accountDirectory, 'ca.crt'), 'utf8'),
  ]);
  return askMetadata(url, { headers: { authorization: `Bearer ${token.trim()}` }, signal, ca });
}

function apiOf(env: Surroundings['env']): string {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  if (host === '') throw new Error('KUBERNETES_SERVICE_HOST is not set: this is no pod');
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
