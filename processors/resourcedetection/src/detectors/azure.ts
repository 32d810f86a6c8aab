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

export interface AzureSettings {
  readonly endpoint: string;
  readonly tags: readonly GoRegexp[];
  readonly enabled: ReadonlySet<string>;
}

export interface AzureMachine {
  readonly location: string;
  readonly name: string;
  readonly vmId: string;
  readonly vmSize: string;
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  readonly vmScaleSetName: string;
  readonly zone: string;
  /** `Regular`, `Low` or `Spot`; empty where the service does not say. */
  readonly priority: string;
  readonly osProfile?: { readonly computerName: string } | undefined;
  readonly tagsList: readonly { readonly name: string; readonly value: string }[];
}

const QUERY = 'api-version=2020-09-01&format=json';

const text = z.string().default('');
const compute: z.ZodType<AzureMachine> = z.object({
  location: text,
  name: text,
  vmId: text,
  vmSize: text,
  subscriptionId: text,
  resourceGroupName: text,
  vmScaleSetName: text,
  zone: text,
  priority: text,
  osProfile: z.object({ computerName: text }).optional(),
  tagsList: z.array(z.object({ name: text, value: text })).default([]),
});

/** What Azure's metadata service says of this machine; undefined where there is none to ask. */
export async function askAzure(
  { logger, signal, failOnMissing }: Surroundings,
  { endpoint, detector }: { readonly endpoint: string; readonly detector: string },
): Promise<AzureMachine | undefined> {
  const url = `${endpoint}/metadata/instance/compute?${QUERY}`;
  const headers = { Metadata: 'True' };
  const body = await askMetadata(url, { headers, signal }).catch((error: unknown) => {
    logger.debug('Azure detector metadata retrieval failed', { error: String(error) });
    if (failOnMissing) throw new Error(`${detector} metadata unavailable`, { cause: error });
    return undefined;
  });
  return body === undefined ? undefined : compute.parse(JSON.parse(body));
}

/** A virtual machine of Azure, by its metadata service. */
export async function detectAzure(
  surroundings: Surroundings,
  { endpoint, tags, enabled }: AzureSettings,
): Promise<DetectedAttributes> {
  const vm = await askAzure(surroundings, { endpoint, detector: 'azure' });
  if (vm === undefined) return NOTHING;
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
    [LIFE_CYCLE]: vm.priority && (vm.priority === 'Regular' ? 'on-demand' : 'spot'),
  };
  const kept = enabledOf(found, enabled);
  for (const { name, value } of vm.tagsList) {
    if (tags.some((pattern) => pattern.test(name))) kept.set(`azure.tag.${name}`, value);
  }
  return kept;
}
