import { nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import type { EksSettings } from './detectors/eks.ts';
import type { K8sApiSettings } from './detectors/k8s-api.ts';
import { ATTRIBUTES, enabledAttributes } from './resource-attributes.ts';

const AUTH_TYPES = ['none', 'serviceAccount', 'kubeConfig', 'tls'];
const DEFAULT_VARIABLE = 'K8S_NODE_NAME';
const ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

const AUTH_TYPE = z
  .string()
  .default('serviceAccount')
  .transform((text, context): K8sApiSettings['authType'] => {
    if (text === 'none' || text === 'serviceAccount') return text;
    const isKnown = AUTH_TYPES.includes(text);
    refuseMeaning(context, {
      text: isKnown
        ? `\`auth_type: ${text}\` is not supported`
        : `invalid authType for kubernetes: ${text}`,
      hint: 'serviceAccount in a pod, none for an endpoint that asks for nothing',
    });
    return 'serviceAccount';
  });

const ENDPOINT = z
  .string()
  .default('')
  .superRefine((text, context) => {
    if (text === '' || /^https?:\/\/[^/]/.test(text)) return;
    refuseMeaning(context, { text: `${JSON.stringify(text)} is no http:// or https:// URL` });
  })
  .transform((text) => text.replace(/\/+$/, ''));

export const k8sApiSection: z.ZodType<K8sApiSettings> = nullMeansDefaults(
  z
    .strictObject({
      auth_type: AUTH_TYPE,
      // Of one kubeconfig; read, since `auth_type` refuses to use one.
      context: z.string().default(''),
      kube_api_qps: z.number().min(0).default(0),
      kube_api_burst: z.int().min(0).default(0),
      node_from_env_var: z.string().default(''),
      endpoint: ENDPOINT,
      resource_attributes: enabledAttributes(ATTRIBUTES.k8s_api),
    })
    .transform(
      (raw): K8sApiSettings => ({
        authType: raw.auth_type,
        nodeFromEnvVar: raw.node_from_env_var || DEFAULT_VARIABLE,
        endpoint: raw.endpoint,
        accountDirectory: ACCOUNT_DIRECTORY,
        enabled: raw.resource_attributes,
      }),
    ),
);

const IN_POD: K8sApiSettings = k8sApiSection.parse({});

/** `endpoint` reads where the metadata of the machine are, as elsewhere. */
export function eksSection(endpoint: z.ZodType<string>): z.ZodType<EksSettings> {
  return nullMeansDefaults(
    z
      .strictObject({
        // Of upstream's way through two APIs, which is not gone here.
        node_from_env_var: z.string().default(''),
        endpoint,
        resource_attributes: enabledAttributes(ATTRIBUTES.eks),
      })
      .transform(
        (raw): EksSettings => ({
          endpoint: raw.endpoint,
          api: IN_POD,
          enabled: raw.resource_attributes,
        }),
      ),
  );
}
