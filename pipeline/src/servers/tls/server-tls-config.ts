import { z } from 'zod';
import { duration } from '../../config/fields/duration.ts';
import { type IssueSink, refuseMeaning } from '../../config/fields/refuse.ts';
import { type Secret, secret } from '../../config/fields/secret.ts';
import { textList } from '../../config/fields/text-list.ts';
import { CIPHER_SUITES } from './cipher-suites.ts';

export const TLS_VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** Go's names of curves and OpenSSL's. */
export const TLS_CURVES: ReadonlyMap<string, string> = new Map([
  ['X25519', 'X25519'],
  ['P256', 'prime256v1'],
  ['P384', 'secp384r1'],
  ['P521', 'secp521r1'],
]);

/** `tls` of a server (`configtls.ServerConfig`). Texts that are empty are not there. */
export interface ServerTlsConfig {
  readonly cert_file: string;
  readonly cert_pem?: Secret | undefined;
  readonly key_file: string;
  readonly key_pem?: Secret | undefined;
  /** Clients must show a certificate of an authority in there. */
  readonly client_ca_file: string;
  /** Read the file of authorities again when it changes. */
  readonly client_ca_file_reload: boolean;
  /** How often certificate and key are read again. Milliseconds; 0 is never. */
  readonly reload_interval: number;
  readonly min_version: TlsVersion;
  /** Undefined: the newest. */
  readonly max_version?: TlsVersion | undefined;
  /** Go's names, for TLS 1.2 and before; empty for the default. */
  readonly cipher_suites: readonly string[];
  readonly curve_preferences: readonly string[];
}

const version = (initial: TlsVersion | '') =>
  z
    .string()
    .default(initial)
    .transform((text) => (text === '' ? initial : text));

/** The schema of `tls` where a server has it. */
export function serverTls(): z.ZodType<ServerTlsConfig> {
  return z
    .strictObject({
      cert_file: z.string().default(''),
      cert_pem: secret().optional(),
      key_file: z.string().default(''),
      key_pem: secret().optional(),
      // Authorities for a client's connections: a server that Go reads with them ignores them too.
      ca_file: z.string().default(''),
      ca_pem: secret().optional(),
      include_system_ca_certs_pool: z.boolean().default(false),
      client_ca_file: z.string().default(''),
      client_ca_file_reload: z.boolean().default(false),
      reload_interval: duration('0s'),
      min_version: version('1.2'),
      max_version: version(''),
      cipher_suites: textList(),
      curve_preferences: textList(),
    })
    .transform(({ ca_file, ca_pem, include_system_ca_certs_pool, ...tls }, context) => {
      checkPairs({ ...tls, ca_file, ca_pem }, context);
      checkNames(tls, context);
      const { min_version, max_version, cert_pem, key_pem } = tls;
      const min = readVersion('min_version', min_version, context);
      const max = max_version === '' ? undefined : readVersion('max_version', max_version, context);
      if (min !== undefined && max !== undefined && max < min) {
        refuseMeaning(context, {
          text: 'invalid TLS configuration: min_version cannot be greater than max_version',
        });
      }
      return { ...tls, cert_pem, key_pem, min_version: min ?? '1.2', max_version: max };
    });
}

interface Pairs {
  readonly cert_file: string;
  readonly cert_pem?: Secret | undefined;
  readonly key_file: string;
  readonly key_pem?: Secret | undefined;
  readonly ca_file: string;
  readonly ca_pem?: Secret | undefined;
}

function checkPairs(tls: Pairs, sink: IssueSink): void {
  const refuse = (text: string): void => refuseMeaning(sink, { text });
  const hasCert = tls.cert_file !== '' || tls.cert_pem !== undefined;
  const hasKey = tls.key_file !== '' || tls.key_pem !== undefined;
  if (tls.ca_file !== '' && tls.ca_pem !== undefined) {
    refuse('provide either a CA file or the PEM-encoded string, but not both');
  }
  if (tls.cert_file !== '' && tls.cert_pem !== undefined) {
    refuse('provide either certificate file or PEM, but not both');
  }
  if (tls.key_file !== '' && tls.key_pem !== undefined) {
    refuse('provide either key file or PEM, but not both');
  }
  if (hasCert !== hasKey) {
    const fields = '(CertFile/CertPem and KeyFile/KeyPem)';
    refuse(`TLS configuration must include both certificate and key ${fields}`);
  }
  if (!hasCert && !hasKey) {
    refuse('TLS configuration must include both certificate and key for server connections');
  }
}

function readVersion(field: string, text: string, sink: IssueSink): TlsVersion | undefined {
  const known = TLS_VERSIONS.find((name) => name === text);
  if (known === undefined) {
    refuseMeaning(sink, {
      text: `invalid TLS ${field}: unsupported TLS version: ${JSON.stringify(text)}`,
      hint: `one of ${TLS_VERSIONS.join(', ')}`,
    });
  }
  return known;
}

interface Names {
  readonly cipher_suites: readonly string[];
  readonly curve_preferences: readonly string[];
}

function checkNames({ cipher_suites, curve_preferences }: Names, sink: IssueSink): void {
  for (const suite of cipher_suites) {
    if (CIPHER_SUITES.includes(suite)) continue;
    refuseMeaning(sink, { text: `invalid TLS cipher suite: ${JSON.stringify(suite)}` });
  }
  const curves = [...TLS_CURVES.keys()];
  for (const curve of curve_preferences) {
    if (curves.includes(curve)) continue;
    const text = `invalid curve type: ${curve}. Expected values are [${curves.join(' ')}]`;
    refuseMeaning(sink, { text });
  }
}
