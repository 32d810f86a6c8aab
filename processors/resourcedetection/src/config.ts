import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { duration, nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { refuseUnsupported } from '@sonde/pipeline/clients';
import { z } from 'zod';
import type { AksSettings } from './detectors/aks.ts';
import type { AzureSettings } from './detectors/azure.ts';
import type { ConsulSettings } from './detectors/consul.ts';
import type { DockerSettings } from './detectors/docker.ts';
import type { Ec2Settings } from './detectors/ec2.ts';
import type { EcsSettings } from './detectors/ecs.ts';
import type { EksSettings } from './detectors/eks.ts';
import type { GcpSettings } from './detectors/gcp.ts';
import type { HerokuSettings } from './detectors/heroku.ts';
import type { K8sApiSettings } from './detectors/k8s-api.ts';
import type { LambdaSettings } from './detectors/lambda.ts';
import { HOSTNAME_SOURCES, type SystemSettings } from './detectors/system.ts';
import { eksSection, k8sApiSection } from './k8s-api-config.ts';
import { ATTRIBUTES, enabledAttributes } from './resource-attributes.ts';
import {
  consulSection,
  dockerSection,
  herokuSection,
  lambdaSection,
} from './small-detectors-config.ts';

export const DETECTORS = [
  'env',
  'system',
  'ec2',
  'ecs',
  'gcp',
  'azure',
  'aks',
  'consul',
  'docker',
  'heroku',
  'lambda',
  'k8s_api',
  'k8snode',
  'eks',
] as const;
export type DetectorName = (typeof DETECTORS)[number];

/** Upstream's other detectors, and the sections that they have. */
const OTHER_DETECTORS: readonly string[] = [
  'akamai',
  'alibaba_ecs',
  'azureappservice',
  'azurecontainerapps',
  'digitalocean',
  'dynatrace',
  'elastic_beanstalk',
  'elasticbeanstalk',
  'hetzner',
  'ibmcloud_classic',
  'ibmcloud_vpc',
  'kubeadm',
  'nova',
  'openshift',
  'oraclecloud',
  'scaleway',
  'tencent_cvm',
  'upcloud',
  'vultr',
];

/** Durations in milliseconds. */
export interface ResourceDetectionConfig {
  readonly detectors: readonly DetectorName[];
  /** What is detected takes the place of what a resource says. */
  readonly override: boolean;
  /** Of one detection, all tries included: a start waits no longer. */
  readonly timeout: number;
  /** 0 is never. */
  readonly refresh_interval: number;
  readonly fail_on_missing_metadata: boolean;
  readonly retry: RetryConfig;
  readonly system: SystemSettings;
  readonly ec2: Ec2Settings;
  readonly ecs: EcsSettings;
  readonly gcp: GcpSettings;
  readonly azure: AzureSettings;
  readonly aks: AksSettings;
  readonly consul: ConsulSettings;
  readonly docker: DockerSettings;
  readonly heroku: HerokuSettings;
  readonly lambda: LambdaSettings;
  readonly k8s_api: K8sApiSettings;
  readonly eks: EksSettings;
  /** The old name, with a section of its own. */
  readonly k8snode: K8sApiSettings;
}

export interface RetryConfig {
  readonly enabled: boolean;
  readonly initial_interval: number;
  readonly multiplier: number;
  readonly max_interval: number;
}

const IMDS = 'http://169.254.169.254';
const GCP_METADATA = 'http://metadata.google.internal';

const retry = z
  .strictObject({
    enabled: z.boolean().default(true),
    initial_interval: duration('1s'),
    randomization_factor: z.number().min(0).max(1).default(0.5),
    multiplier: z.number().min(1).default(2),
    max_interval: duration('30s'),
    max_elapsed_time: duration('0s'),
  })
  .prefault({});

/** Where the metadata are: for tests and networks of their own. */
const endpoint = (initial: string) =>
  z
    .string()
    .default(initial)
    .superRefine((text, context) => {
      if (text === '' || (URL.canParse(text) && new URL(text).protocol === 'http:')) return;
      refuseMeaning(context, { text: `${JSON.stringify(text)} is no http:// URL` });
    })
    .transform((text) => text.replace(/\/+$/, ''));

const patterns: z.ZodType<readonly GoRegexp[]> = textList().transform((texts, context) =>
  texts.flatMap((text) => {
    try {
      return [new GoRegexp(text)];
    } catch (error) {
      if (!(error instanceof GoRegexpError)) throw error;
      refuseMeaning(context, { text: error.message });
      return [];
    }
  }),
);

const system: z.ZodType<SystemSettings> = nullMeansDefaults(
  z
    .strictObject({
      hostname_sources: z.array(z.enum(HOSTNAME_SOURCES)).default(['dns', 'os']),
      resource_attributes: enabledAttributes(ATTRIBUTES.system),
    })
    .transform(({ hostname_sources: sources, resource_attributes: enabled }): SystemSettings => {
      return { hostnameSources: sources.length === 0 ? ['dns', 'os'] : sources, enabled };
    }),
);

const ec2: z.ZodType<Ec2Settings> = nullMeansDefaults(
  z
    .strictObject({
      tags: patterns,
      tags_from_imds: z.boolean().default(false),
      max_attempts: z.int().default(3),
      max_backoff: duration('20s'),
      fail_on_missing_metadata: z.boolean().default(false),
      endpoint: endpoint(IMDS),
      resource_attributes: enabledAttributes(ATTRIBUTES.ec2),
    })
    .transform((raw, context): Ec2Settings => {
      if (raw.tags.length > 0 && !raw.tags_from_imds) {
        const text = '`tags` without `tags_from_imds: true` is not supported';
        const hint = 'Sonde asks the metadata service alone, not the API of EC2';
        refuseMeaning(context, { text, path: ['tags'], hint });
      }
      const reason = 'write it at the top level of the processor';
      refuseUnsupported(raw, { fail_on_missing_metadata: reason }, context);
      return { endpoint: raw.endpoint, tags: raw.tags, enabled: raw.resource_attributes };
    }),
);

const ecs: z.ZodType<EcsSettings> = nullMeansDefaults(
  z
    .strictObject({
      endpoint: endpoint(''),
      resource_attributes: enabledAttributes(ATTRIBUTES.ecs),
    })
    .transform(
      (raw): EcsSettings => ({ endpoint: raw.endpoint, enabled: raw.resource_attributes }),
    ),
);

const gcp: z.ZodType<GcpSettings> = nullMeansDefaults(
  z
    .strictObject({
      labels: textList(),
      endpoint: endpoint(GCP_METADATA),
      resource_attributes: enabledAttributes(ATTRIBUTES.gcp),
    })
    .transform((raw, context): GcpSettings => {
      const reason = 'Sonde asks the metadata server alone, not the API of Compute Engine';
      refuseUnsupported(raw, { labels: reason }, context);
      return { endpoint: raw.endpoint, enabled: raw.resource_attributes };
    }),
);

const azure: z.ZodType<AzureSettings> = nullMeansDefaults(
  z
    .strictObject({
      tags: patterns,
      endpoint: endpoint(IMDS),
      resource_attributes: enabledAttributes(ATTRIBUTES.azure),
    })
    .transform((raw): AzureSettings => {
      return { endpoint: raw.endpoint, tags: raw.tags, enabled: raw.resource_attributes };
    }),
);

const aks: z.ZodType<AksSettings> = nullMeansDefaults(
  z
    .strictObject({
      endpoint: endpoint(IMDS),
      resource_attributes: enabledAttributes(ATTRIBUTES.aks),
    })
    .transform(
      (raw): AksSettings => ({ endpoint: raw.endpoint, enabled: raw.resource_attributes }),
    ),
);

const detectors: z.ZodType<readonly DetectorName[]> = textList(['env']).transform(
  (names, context) =>
    names.flatMap((text) => {
      const name = text.trim();
      const known = DETECTORS.find((each) => each === name);
      if (known !== undefined) return [known];
      const hint = OTHER_DETECTORS.includes(name)
        ? `the detector is not supported yet; there are ${DETECTORS.join(', ')}`
        : `one of ${DETECTORS.join(', ')}`;
      refuseMeaning(context, { text: `invalid detector key: ${name}`, hint });
      return [];
    }),
);

const otherSections = Object.fromEntries(
  OTHER_DETECTORS.map((name) => [name, z.unknown().optional()]),
);

export const resourceDetectionConfig: z.ZodType<ResourceDetectionConfig> = nullMeansDefaults(
  z
    .strictObject({
      // What an unused detector would have is read, as is what upstream's client has beside.
      ...otherSections,
      detectors,
      override: z.boolean().default(true),
      timeout: duration('5s'),
      refresh_interval: duration('0s'),
      fail_on_missing_metadata: z.boolean().default(false),
      retry,
      system,
      ec2,
      ecs,
      gcp,
      azure,
      aks,
      consul: consulSection,
      docker: dockerSection,
      heroku: herokuSection,
      lambda: lambdaSection,
      k8s_api: k8sApiSection,
      k8snode: k8sApiSection,
      eks: eksSection(endpoint(IMDS)),
    })
    .superRefine((config, context) => {
      if (config.timeout > 0) return;
      const text = "'timeout' must be positive";
      refuseMeaning(context, { text, path: ['timeout'], hint: 'a start waits no longer' });
    })
    .transform((config): ResourceDetectionConfig => {
      const { override, timeout, refresh_interval, fail_on_missing_metadata } = config;
      const general = { override, timeout, refresh_interval, fail_on_missing_metadata };
      const { retry, system, ec2, ecs, gcp, azure, aks, consul, docker, heroku, lambda } = config;
      const { k8s_api, k8snode, eks } = config;
      const clouds = { ec2, ecs, gcp, azure, aks, heroku, lambda, k8s_api, k8snode, eks };
      const asked = { detectors: config.detectors, retry };
      return { ...general, ...asked, ...clouds, system, consul, docker };
    }),
);
