import type { GoRegexp } from '@sonde/go-regexp';
import { z } from 'zod';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata } from '../metadata-client.ts';
import { LIFE_CYCLE } from '../resource-attributes.ts';

export interface Ec2Settings {
  readonly endpoint: string;
  readonly tags: readonly GoRegexp[];
  readonly enabled: ReadonlySet<string>;
}

const TOKEN_SECONDS = '300';
const TAGS_MAX = 100;

const identity = z.object({
  accountId: z.string().default(''),
  availabilityZone: z.string().default(''),
  imageId: z.string().default(''),
  instanceId: z.string().default(''),
  instanceType: z.string().default(''),
  region: z.string().default(''),
});

/** An instance of EC2, by its metadata service (IMDSv2). */
export async function detectEc2(
  { logger, signal, failOnMissing }: Surroundings,
  { endpoint, tags, enabled }: Ec2Settings,
): Promise<DetectedAttributes> {
  const get = await openSession(endpoint, signal).catch((error: unknown) => {
    logger.debug('EC2 metadata unavailable', { error: String(error) });
    if (failOnMissing) throw error;
    return undefined;
  });
  if (get === undefined) return NOTHING;
  const about = identity.parse(JSON.parse(await get('dynamic/instance-identity/document')));
  const found: Record<string, DetectedValue> = {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ec2',
    'cloud.region': about.region,
    'cloud.account.id': about.accountId,
    'cloud.availability_zone': about.availabilityZone,
    'host.id': about.instanceId,
    'host.image.id': about.imageId,
    'host.type': about.instanceType,
    'host.name': await get('meta-data/hostname'),
    [LIFE_CYCLE]: enabled.has(LIFE_CYCLE) ? await get('meta-data/instance-life-cycle') : '',
  };
  const kept = enabledOf(found, enabled);
  if (tags.length === 0) return kept;
  try {
    await addTags(kept, tags, get);
  } catch (error) {
    logger.warn('failed to fetch tags from IMDS', { error: String(error) });
  }
  return kept;
}

type Get = (path: string) => Promise<string>;

/** Asks for a token, and for the instance's id with it: whether there is a service at all. */
async function openSession(endpoint: string, signal: AbortSignal): Promise<Get> {
  const token = await askMetadata(`${endpoint}/latest/api/token`, {
    method: 'PUT',
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS },
    signal,
  });
  const headers = { 'X-aws-ec2-metadata-token': token };
  const get: Get = (path) => askMetadata(`${endpoint}/latest/${path}`, { headers, signal });
  await get('meta-data/instance-id');
  return get;
}

async function addTags(
  found: Map<string, DetectedValue>,
  wanted: readonly GoRegexp[],
  get: Get,
): Promise<void> {
  const keys = (await get('meta-data/tags/instance')).split('\n').filter((key) => key !== '');
  for (const key of keys.slice(0, TAGS_MAX)) {
    if (!wanted.some((pattern) => pattern.test(key))) continue;
    found.set(`ec2.tag.${key}`, await get(`meta-data/tags/instance/${encodeURIComponent(key)}`));
  }
}
