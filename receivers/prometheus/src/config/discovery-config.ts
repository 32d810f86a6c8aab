import { type IssueSink, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { type HttpClientSettings, httpClientShape, readHttpClient } from './http-client.ts';
import { prometheusDuration } from './prometheus-duration.ts';

/** Addresses with the labels that they have in common. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface FileDiscoveryConfig {
  readonly files: readonly string[];
  readonly refreshMs: number;
}

export interface HttpDiscoveryConfig {
  readonly url: string;
  readonly refreshMs: number;
  readonly client: HttpClientSettings;
}

const labelText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const targetGroup: z.ZodType<TargetGroup> = z.strictObject({
  targets: z.array(z.string()).default([]),
  labels: z.record(z.string(), labelText).default({}),
});

const FILE_NAME = /^[^*]*(?:\*[^/]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/;

export const fileDiscovery: z.ZodType<FileDiscoveryConfig> = z
  .strictObject({
    files: z.array(z.string()).default([]),
    refresh_interval: prometheusDuration(),
  })
  .transform((given, sink): FileDiscoveryConfig => {
    if (given.files.length === 0) {
      refuseMeaning(sink, {
        text: 'file service discovery config must contain at least one path name',
      });
    }
    for (const name of given.files) {
      if (FILE_NAME.test(name)) continue;
      refuseMeaning(sink, {
        text: `path name ${JSON.stringify(name)} is not valid for file discovery`,
        hint: 'write a .json, .yml or .yaml file; a * may stand in the last part of its path',
      });
    }
    return { files: given.files, refreshMs: given.refresh_interval ?? 300_000 };
  });

export const httpDiscovery: z.ZodType<HttpDiscoveryConfig> = z
  .strictObject({
    url: z.string().default(''),
    refresh_interval: prometheusDuration(),
    ...httpClientShape,
  })
  .transform((given, sink): HttpDiscoveryConfig => {
    checkUrl(given.url, sink);
    return {
      url: given.url,
      refreshMs: given.refresh_interval ?? 60_000,
      client: readHttpClient(given, sink),
    };
  });

function checkUrl(url: string, sink: IssueSink): void {
  const refuse = (text: string): void => refuseMeaning(sink, { text, path: ['url'] });
  if (url === '') refuse('URL is missing');
  else if (!URL.canParse(url)) refuse(`parse ${JSON.stringify(url)}: invalid URL`);
  else if (!/^https?:$/.test(new URL(url).protocol)) refuse("URL scheme must be 'http' or 'https'");
}

/** Prometheus' other ways to find targets, by their key. */
export const OTHER_DISCOVERIES: readonly string[] = [
  'azure',
  'consul',
  'digitalocean',
  'dns',
  'docker',
  'dockerswarm',
  'ec2',
  'eureka',
  'gce',
  'hetzner',
  'ionos',
  'kubernetes',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'nerve',
  'nomad',
  'openstack',
  'ovhcloud',
  'puppetdb',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
].map((name) => `${name}_sd_configs`);
