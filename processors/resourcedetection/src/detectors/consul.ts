import { readFile } from 'node:fs/promises';
import type { Secret } from '@sonde/pipeline';
import { z } from 'zod';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata } from '../metadata-client.ts';

/** Empty texts: what the environment of Consul's own tools says. */
export interface ConsulSettings {
  readonly address: string;
  readonly datacenter: string;
  readonly namespace: string;
  readonly token: Secret | undefined;
  readonly tokenFile: string;
  /** Metadata of the node that become attributes. */
  readonly meta: ReadonlySet<string>;
  readonly enabled: ReadonlySet<string>;
}

const DEFAULT_ADDRESS = '127.0.0.1:8500';

const self = z.object({
  Config: z.object({ NodeName: z.string(), Datacenter: z.string(), NodeID: z.string() }),
  Meta: z.record(z.string(), z.string()).nullish(),
});

/** A node of Consul, by its agent. */
export async function detectConsul(
  surroundings: Surroundings,
  settings: ConsulSettings,
): Promise<DetectedAttributes> {
  const { logger, failOnMissing } = surroundings;
  try {
    const { Config, Meta } = self.parse(JSON.parse(await askAgent(surroundings, settings)));
    const found: Record<string, DetectedValue> = {
      'host.name': Config.NodeName,
      'cloud.region': Config.Datacenter,
      'host.id': Config.NodeID,
    };
    const kept = enabledOf(found, settings.enabled);
    for (const [key, value] of Object.entries(Meta ?? {})) {
      if (settings.meta.has(key)) kept.set(key, value);
    }
    return kept;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.debug('consul metadata unavailable', { error: reason });
    if (!failOnMissing) return NOTHING;
    throw new Error(`failed to get consul metadata: ${reason}`, { cause: error });
  }
}

async function askAgent({ env, signal }: Surroundings, settings: ConsulSettings): Promise<string> {
  const address = settings.address || env['CONSUL_HTTP_ADDR'] || DEFAULT_ADDRESS;
  const url = new URL('/v1/agent/self', address.includes('://') ? address : `http://${address}`);
  if (url.protocol !== 'http:') throw new Error(`${url.origin} is no http:// address`);
  const namespace = settings.namespace || env['CONSUL_NAMESPACE'] || '';
  if (settings.datacenter !== '') url.searchParams.set('dc', settings.datacenter);
  if (namespace !== '') url.searchParams.set('ns', namespace);
  const token = await tokenOf(settings, env);
  const headers = token === '' ? {} : { 'X-Consul-Token': token };
  return askMetadata(url.href, { headers, signal });
}

async function tokenOf(settings: ConsulSettings, env: Surroundings['env']): Promise<string> {
  const file = settings.tokenFile || env['CONSUL_HTTP_TOKEN_FILE'] || '';
  if (file !== '') return (await readFile(file, 'utf8')).trim();
  return settings.token?.reveal() ?? env['CONSUL_HTTP_TOKEN'] ?? '';
}
