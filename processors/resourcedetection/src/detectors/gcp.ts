import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata, MetadataStatusError } from '../metadata-client.ts';
import { LIFE_CYCLE } from '../resource-attributes.ts';

export interface GcpSettings {
  readonly endpoint: string;
  readonly enabled: ReadonlySet<string>;
}

const NOT_FOUND = 404;

type Found = Record<string, DetectedValue>;

/** A machine, cluster or function of Google Cloud, by its metadata server. */
export async function detectGcp(
  surroundings: Surroundings,
  { endpoint, enabled }: GcpSettings,
): Promise<DetectedAttributes> {
  const { logger, signal, failOnMissing } = surroundings;
  const server = new MetadataServer(endpoint, signal);
  let project: string;
  try {
    project = await server.get('project/project-id');
  } catch (error) {
    logger.debug('GCP metadata unavailable', { error: String(error) });
    if (failOnMissing) throw error;
    return NOTHING;
  }
  const platform = await platformOf(surroundings, server);
  const mayGo = enabled.has(LIFE_CYCLE) ? await server.find('instance/scheduling/preemptible') : '';
  const found: Found = {
    'cloud.provider': 'gcp',
    'cloud.account.id': project,
    ...platform,
    [LIFE_CYCLE]: mayGo && (mayGo.toUpperCase() === 'TRUE' ? 'spot' : 'on-demand'),
  };
  return enabledOf(found, enabled);
}

class MetadataServer {
  readonly #base: string;
  readonly #signal: AbortSignal;

  constructor(endpoint: string, signal: AbortSignal) {
    this.#base = `${endpoint}/computeMetadata/v1`;
    this.#signal = signal;
  }

  get(path: string): Promise<string> {
    const headers = { 'Metadata-Flavor': 'Google' };
    return askMetadata(`${this.#base}/${path}`, { headers, signal: this.#signal });
  }

  /** Empty where the server does not know it. */
  async find(path: string): Promise<string> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof MetadataStatusError && error.status === NOT_FOUND) return '';
      throw error;
    }
  }
}

/** The variables by which platforms tell themselves, in the order in which upstream looks. */
async function platformOf({ env }: Surroundings, server: MetadataServer): Promise<Found> {
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) {
    const cluster = await server.find('instance/attributes/cluster-name');
    if (cluster !== '') return await kubernetes(cluster, server);
  }
  if (env['FUNCTION_TARGET'] !== undefined) {
    return await serverless('gcp_cloud_functions', env, server);
  }
  if (env['K_CONFIGURATION'] !== undefined) return await serverless('gcp_cloud_run', env, server);
  if (env['CLOUD_RUN_JOB'] !== undefined) return await job(env, server);
  if (env['GAE_SERVICE'] !== undefined) return await appEngine(env, server);
  const type = await server.find('instance/machine-type');
  return type === '' ? {} : await machine(lastPart(type), server);
}

/** `projects/1/zones/europe-west1-b` is `europe-west1-b`. */
function lastPart(path: string): string {
  return path.split('/').at(-1) ?? '';
}

async function zoneAndRegion(server: MetadataServer): Promise<Found> {
  const zone = lastPart(await server.get('instance/zone'));
  const region = zone.split('-').slice(0, 2).join('-');
  return { 'cloud.availability_zone': zone, 'cloud.region': region };
}

async function machine(hostType: string, server: MetadataServer): Promise<Found> {
  const name = await server.get('instance/name');
  return {
    'cloud.platform': 'gcp_compute_engine',
    ...(await zoneAndRegion(server)),
    'host.type': hostType,
    'host.id': await server.get('instance/id'),
    'host.name': name,
    'gcp.gce.instance.hostname': await server.find('instance/hostname'),
    'gcp.gce.instance.name': name,
    ...groupManager(await server.find('instance/attributes/created-by')),
  };
}

const MANAGER = /^projects\/[^/]+\/(zones|regions)\/([^/]+)\/instanceGroupManagers\/([^/]+)$/;

function groupManager(createdBy: string): Found {
  const [, kind, place, name] = MANAGER.exec(createdBy) ?? [];
  if (place === undefined || name === undefined) return {};
  const key = 'gcp.gce.instance_group_manager';
  return { [`${key}.name`]: name, [`${key}.${kind === 'zones' ? 'zone' : 'region'}`]: place };
}

async function kubernetes(cluster: string, server: MetadataServer): Promise<Found> {
  const location = await server.get('instance/attributes/cluster-location');
  const isZone = location.split('-').length === 3;
  return {
    'cloud.platform': 'gcp_kubernetes_engine',
    [isZone ? 'cloud.availability_zone' : 'cloud.region']: location,
    'k8s.cluster.name': cluster,
    'host.id': await server.get('instance/id'),
    // With workload identity there is none.
    'host.name': await server.find('instance/name'),
  };
}

type Env = Surroundings['env'];

async function serverless(platform: string, env: Env, server: MetadataServer): Promise<Found> {
  return {
    'cloud.platform': platform,
    'faas.name': env['K_SERVICE'] ?? '',
    'faas.version': env['K_REVISION'] ?? '',
    'faas.instance': await server.get('instance/id'),
    'cloud.region': lastPart(await server.get('instance/region')),
  };
}

async function job(env: Env, server: MetadataServer): Promise<Found> {
  return {
    'cloud.platform': 'gcp_cloud_run',
    'faas.name': env['CLOUD_RUN_JOB'] ?? '',
    'faas.instance': await server.get('instance/id'),
    'cloud.region': lastPart(await server.get('instance/region')),
    'gcp.cloud_run.job.execution': env['CLOUD_RUN_EXECUTION'] ?? '',
    'gcp.cloud_run.job.task_index': env['CLOUD_RUN_TASK_INDEX'] ?? '',
  };
}

async function appEngine(env: Env, server: MetadataServer): Promise<Found> {
  return {
    'cloud.platform': 'gcp_app_engine',
    'faas.name': env['GAE_SERVICE'] ?? '',
    'faas.version': env['GAE_VERSION'] ?? '',
    'faas.instance': env['GAE_INSTANCE'] ?? '',
    ...(await zoneAndRegion(server)),
  };
}
