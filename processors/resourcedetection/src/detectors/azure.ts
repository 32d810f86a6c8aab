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

export interface AzureSettings {
  readonly endpoint: string;
  readonly tags: readonly GoRegexp[];
  readonly enabled: ReadonlySet<string>;
}

const QUERY = 'api-version=2020-09-01&format=json';

const text = z.string().default('');
const compute = z.object({
  location: text,
  name: text,
  vmId: text,
  vmSize: text,
  subscriptionId: text,
  resourceGroupName: text,
  vmScaleSetName: text,
  zone: text,
  osProfile: z.object({ computerName: text }).optional(),
  tagsList: z.array(z.object({ name: text, value: text })).default([]),
});

/** A virtual machine of Azure, by its metadata service. */
export async function detectAzure(
  { logger, signal, failOnMissing }: Surroundings,
  { endpoint, tags, enabled }: AzureSettings,
): Promise<DetectedAttributes> {
  const url = `${endpoint}/metadata/instance/compute?${QUERY}`;
  const headers = { Metadata: 'True' };
  const body = await askMetadata(url, { headers, signal }).catch((error: unknown) => {
    logger.debug('Azure detector metadata retrieval failed', { error: String(error) });
    if (failOnMissing) throw new Error('azure metadata unavailable', { cause: error });
    return undefined;
  });
  if (body === undefined) return NOTHING;
  const vm = compute.parse(JSON.parse(body));
  const computerName = vm.osProfile?.computerName ?? '';
  const found: Record<string, DetectedValue> = {
    'cloud.provider': 'azure',
    'cloud.platform': 'azure.vm',
    'host.name': computerName === '' ? vm.name : computerName,
    'cloud.region': vm.location,
    'host.id': vm.vmId,
    'cloud.account.id': vm.subscriptionId,
    'cloud.availability_zone': vm.zone,
    'azure.vm.name': vm.name,
    'azure.vm.size': vm.vmSize,
    'azure.vm.scaleset.name': vm.vmScaleSetName,
    'azure.resourcegroup.name': vm.resourceGroupName,
  };
  const kept = enabledOf(found, enabled);
  for (const { name, value } of vm.tagsList) {
    if (tags.some((pattern) => pattern.test(name))) kept.set(`azure.tag.${name}`, value);
  }
  return kept;
}
