import { hostname } from 'node:os';
import { z } from 'zod';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata } from '../metadata-client.ts';

export interface DockerSettings {
  readonly enabled: ReadonlySet<string>;
}

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const CONTAINER_KEYS = ['container.name', 'container.image.name'];

const text = z.string().default('');
const info = z.object({ Name: text, OSType: text });
const container = z.object({ Name: text, Image: text });

/** Docker's names where those of OpenTelemetry differ. */
const OS_TYPES: ReadonlyMap<string, string> = new Map([
  ['dragonfly', 'dragonflybsd'],
  ['zos', 'z_os'],
]);

/** The machine that a container runs on, and the container, by Docker's API (`DOCKER_HOST`). */
export async function detectDocker(
  { env, logger, signal, failOnMissing }: Surroundings,
  { enabled }: DockerSettings,
): Promise<DetectedAttributes> {
  try {
    const ask = apiOf(env['DOCKER_HOST'] || DEFAULT_HOST, signal);
    const { Name, OSType } = info.parse(JSON.parse(await ask('/info')));
    const found: Record<string, DetectedValue> = {
      'host.name': Name,
      'os.type': OS_TYPES.get(OSType) ?? OSType,
    };
    if (CONTAINER_KEYS.some((key) => enabled.has(key))) {
      const path = `/containers/${encodeURIComponent(hostname())}/json`;
      const own = container.parse(JSON.parse(await ask(path)));
      Object.assign(found, { 'container.name': own.Name, 'container.image.name': own.Image });
    }
    return enabledOf(found, enabled);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (failOnMissing) throw new Error(`docker metadata unavailable: ${reason}`, { cause: error });
    logger.debug('docker metadata unavailable', { error: reason });
    return NOTHING;
  }
}

function apiOf(host: string, signal: AbortSignal): (path: string) => Promise<string> {
  const [scheme = '', rest = ''] = host.split('://', 2);
  if (scheme === 'unix') {
    return (path) => askMetadata(`http://localhost${path}`, { signal, socketPath: rest });
  }
  if (scheme === 'tcp' || scheme === 'http') {
    return (path) => askMetadata(`http://${rest}${path}`, { signal });
  }
  throw new Error(`DOCKER_HOST ${JSON.stringify(host)} is not unix://, tcp:// or http://`);
}
