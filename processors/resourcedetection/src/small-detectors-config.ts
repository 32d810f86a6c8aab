import { nullMeansDefaults, refuseMeaning, secret } from '@sonde/pipeline';
import { z } from 'zod';
import type { ConsulSettings } from './detectors/consul.ts';
import type { DockerSettings } from './detectors/docker.ts';
import type { HerokuSettings } from './detectors/heroku.ts';
import type { LambdaSettings } from './detectors/lambda.ts';
import { ATTRIBUTES, enabledAttributes } from './resource-attributes.ts';

/** A section that chooses attributes and says nothing else. */
function choosing(
  of: 'docker' | 'heroku' | 'lambda',
): z.ZodType<{ readonly enabled: ReadonlySet<string> }> {
  return nullMeansDefaults(
    z
      .strictObject({ resource_attributes: enabledAttributes(ATTRIBUTES[of]) })
      .transform((raw) => ({ enabled: raw.resource_attributes })),
  );
}

export const dockerSection: z.ZodType<DockerSettings> = choosing('docker');
export const herokuSection: z.ZodType<HerokuSettings> = choosing('heroku');
export const lambdaSection: z.ZodType<LambdaSettings> = choosing('lambda');

export const consulSection: z.ZodType<ConsulSettings> = nullMeansDefaults(
  z
    .strictObject({
      address: z.string().default(''),
      datacenter: z.string().default(''),
      namespace: z.string().default(''),
      token: secret().optional(),
      token_file: z.string().default(''),
      meta: z.record(z.string(), z.unknown()).default({}),
      resource_attributes: enabledAttributes(ATTRIBUTES.consul),
    })
    .superRefine(({ address }, context) => {
      const url = address.includes('://') ? address : `http://${address}`;
      if (address === '' || (URL.canParse(url) && new URL(url).protocol === 'http:')) return;
      refuseMeaning(context, {
        text: `${JSON.stringify(address)} is no http:// address`,
        path: ['address'],
        hint: 'write host:port of an agent on this machine, which speaks HTTP',
      });
    })
    .transform(
      (raw): ConsulSettings => ({
        address: raw.address,
        datacenter: raw.datacenter,
        namespace: raw.namespace,
        token: raw.token,
        tokenFile: raw.token_file,
        meta: new Set(Object.keys(raw.meta)),
        enabled: raw.resource_attributes,
      }),
    ),
);
