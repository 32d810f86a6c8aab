import { readFile } from 'node:fs/promises';
import { rootCertificates, type SecureVersion } from 'node:tls';
import { z } from 'zod';
import { type IssueSink, refuseMeaning } from '../config/fields/refuse.ts';
import { type Secret, secret } from '../config/fields/secret.ts';
import { SondeError } from '../errors.ts';
import { checkAuthorities } from '../servers/tls/authorities.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';

const VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const;
type Version = (typeof VERSIONS)[number];

const NODE_VERSIONS: Readonly<Record<Version, SecureVersion>> = {
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
};

/** `tls` of a client (`configtls.ClientConfig`). */
export interface ClientTlsConfig {
  /** Plaintext, where the endpoint does not say otherwise. */
  readonly insecure: boolean;
  /** TLS without looking at the certificate. */
  readonly insecure_skip_verify: boolean;
  /** The name that the certificate must have; empty for the endpoint's. */
  readonly server_name_override: string;
  readonly ca_file: string;
  readonly ca_pem: Secret | undefined;
  readonly cert_file: string;
  readonly cert_pem: Secret | undefined;
  readonly key_file: string;
  readonly key_pem: Secret | undefined;
  /** Node's own authorities beside `ca_file`; without a `ca_file` they are used anyway. */
  readonly include_system_ca_certs_pool: boolean;
  readonly min_version: Version | '';
  readonly max_version: Version | '';
}

/** What Node's `tls` takes; undefined members are its defaults. */
export interface TlsMaterial {
  readonly ca: readonly (string | Buffer)[] | undefined;
  readonly cert: string | Buffer | undefined;
  readonly key: string | Buffer | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion | undefined;
  readonly rejectUnauthorized: boolean;
}

const UNSUPPORTED = {
  cipher_suites: 'Node chooses them, by its own safe defaults',
  curve_preferences: 'Node chooses them, by its own safe defaults',
  reload_interval: 'certificates are read when the exporter starts',
  tpm: 'keys are files or PEM texts',
};

const version = z.union([z.enum(VERSIONS), z.literal('')]).default('');

/** The fields of `tls`; absent is TLS with the system's authorities. */
export function clientTls(): z.ZodType<ClientTlsConfig> {
  const schema = z
    .strictObject({
      insecure: z.boolean().default(false),
      insecure_skip_verify: z.boolean().default(false),
      server_name_override: z.string().default(''),
      ca_file: z.string().default(''),
      ca_pem: secret().optional(),
      cert_file: z.string().default(''),
      cert_pem: secret().optional(),
      key_file: z.string().default(''),
      key_pem: secret().optional(),
      include_system_ca_certs_pool: z.boolean().default(false),
      min_version: version,
      max_version: version,
      cipher_suites: z.unknown().optional(),
      curve_preferences: z.unknown().optional(),
      reload_interval: z.unknown().optional(),
      tpm: z.unknown().optional(),
    })
    .transform(
      (
        { cipher_suites, curve_preferences, reload_interval, tpm, ...tls },
        context,
      ): ClientTlsConfig => {
        refuseUnsupported(
          { cipher_suites, curve_preferences, reload_interval, tpm },
          UNSUPPORTED,
          context,
        );
        checkTls(tls, context);
        const { ca_pem, cert_pem, key_pem } = tls;
        return { ...tls, ca_pem, cert_pem, key_pem };
      },
    );
  return schema.prefault({});
}

type RawTls = Omit<ClientTlsConfig, 'ca_pem' | 'cert_pem' | 'key_pem'> & {
  readonly ca_pem?: Secret | undefined;
  readonly cert_pem?: Secret | undefined;
  readonly key_pem?: Secret | undefined;
};

function checkTls(tls: RawTls, sink: IssueSink): void {
  const twice = (what: string): void => {
    refuseMeaning(sink, {
      text: `provide either ${what} or the PEM-encoded string, but not both`,
    });
  };
  if (tls.ca_file !== '' && tls.ca_pem !== undefined) twice('a CA file');
  if (tls.cert_file !== '' && tls.cert_pem !== undefined) twice('a certificate');
  if (tls.key_file !== '' && tls.key_pem !== undefined) twice('a key');
  const hasCert = tls.cert_file !== '' || tls.cert_pem !== undefined;
  const hasKey = tls.key_file !== '' || tls.key_pem !== undefined;
  if (hasCert !== hasKey) {
    refuseMeaning(sink, {
      text: 'for auth via TLS, provide both certificate and key, or neither',
    });
  }
  const { min_version: min, max_version: max } = tls;
  if (min !== '' && max !== '' && min > max) {
    refuseMeaning(sink, {
      text: 'invalid TLS configuration: min_version cannot be greater than max_version',
    });
  }
}

/** Reads what the configuration names. Rejects with `SondeError` `INTERNAL` and upstream's text. */
export async function loadClientTls(tls: ClientTlsConfig): Promise<TlsMaterial> {
  const own = await load('CA CertPool', tls.ca_file, tls.ca_pem);
  if (own !== undefined) checkOwn(own, tls.ca_file);
  const roots = tls.include_system_ca_certs_pool ? rootCertificates : [];
  return {
    ca: own === undefined ? undefined : [...roots, own],
    cert: await load('TLS cert', tls.cert_file, tls.cert_pem),
    key: await load('TLS key', tls.key_file, tls.key_pem),
    minVersion: NODE_VERSIONS[tls.min_version === '' ? '1.2' : tls.min_version],
    maxVersion: tls.max_version === '' ? undefined : NODE_VERSIONS[tls.max_version],
    rejectUnauthorized: !tls.insecure_skip_verify,
  };
}

function checkOwn(authorities: string | Buffer, path: string): void {
  try {
    checkAuthorities(authorities);
  } catch (error) {
    throw loadProblem(`failed to parse CA ${path === '' ? 'ca_pem' : path}`, error);
  }
}

async function load(
  what: string,
  path: string,
  pem: Secret | undefined,
): Promise<string | Buffer | undefined> {
  if (pem !== undefined) return pem.reveal();
  if (path === '') return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw loadProblem(`failed to load ${what}`, error);
  }
}

function loadProblem(what: string, cause: unknown): SondeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SondeError('INTERNAL', `failed to load TLS config: ${what}: ${reason}`, { cause });
}
