import { type IssueSink, refuseMeaning, type Secret, secret } from '@sonde/pipeline';
import { z } from 'zod';

export interface ScrapeTls {
  readonly ca_file: string;
  readonly ca?: string | undefined;
  readonly cert_file: string;
  readonly cert?: string | undefined;
  readonly key_file: string;
  readonly key?: Secret | undefined;
  readonly server_name: string;
  readonly insecure_skip_verify: boolean;
}

/** How a server is asked; Prometheus' `HTTPClientConfig`. */
export interface HttpClientSettings {
  readonly basicAuth:
    | {
        readonly username: string;
        readonly usernameFile: string;
        readonly password: Secret | undefined;
        readonly passwordFile: string;
      }
    | undefined;
  readonly authorization:
    | {
        readonly type: string;
        readonly credentials: Secret | undefined;
        readonly credentialsFile: string;
      }
    | undefined;
  readonly tls: ScrapeTls;
  readonly followRedirects: boolean;
  readonly proxyUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

const tls: z.ZodType<TlsFields> = z
  .strictObject({
    ca: z.string().optional(),
    ca_file: z.string().default(''),
    cert: z.string().optional(),
    cert_file: z.string().default(''),
    key: secret().optional(),
    key_file: z.string().default(''),
    server_name: z.string().default(''),
    insecure_skip_verify: z.boolean().default(false),
    min_version: z.string().optional(),
    max_version: z.string().optional(),
  })
  .prefault({});

type TlsFields = ScrapeTls & {
  readonly min_version?: string | undefined;
  readonly max_version?: string | undefined;
};

interface BasicAuthFields {
  readonly username: string;
  readonly username_file: string;
  readonly password?: Secret | undefined;
  readonly password_file: string;
  readonly username_ref?: unknown;
  readonly password_ref?: unknown;
}

interface AuthorizationFields {
  readonly type: string;
  readonly credentials?: Secret | undefined;
  readonly credentials_file: string;
  readonly credentials_ref?: unknown;
}

interface HeaderFields {
  readonly values: readonly string[];
  readonly secrets?: readonly unknown[] | undefined;
  readonly files?: readonly unknown[] | undefined;
}

/** As they are written. */
export interface HttpClientFields {
  readonly basic_auth: BasicAuthFields | undefined;
  readonly authorization: AuthorizationFields | undefined;
  readonly bearer_token: Secret | undefined;
  readonly bearer_token_file: string;
  readonly oauth2: unknown;
  readonly tls_config: TlsFields;
  readonly follow_redirects: boolean;
  readonly enable_http2: boolean;
  readonly proxy_url: string;
  readonly no_proxy: string;
  readonly proxy_from_environment: boolean;
  readonly proxy_connect_header: unknown;
  readonly http_headers: Readonly<Record<string, HeaderFields>>;
}

/** The fields among those of a scrape configuration. */
export const httpClientShape: {
  readonly [K in keyof HttpClientFields]: z.ZodType<HttpClientFields[K]>;
} = {
  basic_auth: z
    .strictObject({
      username: z.string().default(''),
      username_file: z.string().default(''),
      password: secret().optional(),
      password_file: z.string().default(''),
      username_ref: z.unknown().optional(),
      password_ref: z.unknown().optional(),
    })
    .optional(),
  authorization: z
    .strictObject({
      type: z.string().default('Bearer'),
      credentials: secret().optional(),
      credentials_file: z.string().default(''),
      credentials_ref: z.unknown().optional(),
    })
    .optional(),
  bearer_token: secret().optional(),
  bearer_token_file: z.string().default(''),
  oauth2: z.unknown().optional(),
  tls_config: tls,
  follow_redirects: z.boolean().default(true),
  enable_http2: z.boolean().default(true),
  proxy_url: z.string().default(''),
  no_proxy: z.string().default(''),
  proxy_from_environment: z.boolean().default(false),
  proxy_connect_header: z.unknown().optional(),
  http_headers: z
    .record(
      z.string(),
      z.strictObject({
        values: z.array(z.string()).default([]),
        secrets: z.array(z.unknown()).optional(),
        files: z.array(z.unknown()).optional(),
      }),
    )
    .default({}),
};

/** Refuses what cannot be, and what is not supported. */
export function readHttpClient(given: HttpClientFields, sink: IssueSink): HttpClientSettings {
  checkCredentials(given, sink);
  checkUnsupported(given, sink);
  const { basic_auth: basic, authorization } = given;
  const bearer = given.bearer_token !== undefined || given.bearer_token_file !== '';
  return {
    basicAuth:
      basic === undefined
        ? undefined
        : {
            username: basic.username,
            usernameFile: basic.username_file,
            password: basic.password,
            passwordFile: basic.password_file,
          },
    authorization:
      authorization !== undefined
        ? {
            type: authorization.type,
            credentials: authorization.credentials,
            credentialsFile: authorization.credentials_file,
          }
        : bearer
          ? {
              type: 'Bearer',
              credentials: given.bearer_token,
              credentialsFile: given.bearer_token_file,
            }
          : undefined,
    tls: given.tls_config,
    followRedirects: given.follow_redirects,
    proxyUrl: given.proxy_url,
    headers: Object.fromEntries(
      Object.entries(given.http_headers).map(([name, { values }]) => [name, values.join(', ')]),
    ),
  };
}

function checkCredentials(given: HttpClientFields, sink: IssueSink): void {
  const { basic_auth: basic, authorization } = given;
  const refuse = (text: string): void => refuseMeaning(sink, { text });
  const bearer = given.bearer_token !== undefined || given.bearer_token_file !== '';
  if (given.bearer_token !== undefined && given.bearer_token_file !== '') {
    refuse('at most one of bearer_token & bearer_token_file must be configured');
  }
  if (authorization !== undefined && bearer) {
    refuse('authorization is not compatible with bearer_token & bearer_token_file');
  }
  if (basic !== undefined && (authorization !== undefined || bearer)) {
    refuse('at most one of basic_auth, oauth2 & authorization must be configured');
  }
  if (basic?.password !== undefined && basic.password_file !== '') {
    refuse('at most one of basic_auth password, password_file & password_ref must be configured');
  }
  if (authorization?.credentials !== undefined && authorization.credentials_file !== '') {
    refuse('at most one of authorization credentials & credentials_file must be configured');
  }
  if (authorization?.type.trim().toLowerCase() === 'basic') {
    refuse('authorization type cannot be set to "basic", use "basic_auth" instead');
  }
}

function checkUnsupported(given: HttpClientFields, sink: IssueSink): void {
  const refuse = (key: string, isGiven: boolean, hint: string): void => {
    if (isGiven) refuseMeaning(sink, { text: `\`${key}\` is not supported`, path: [key], hint });
  };
  refuse('oauth2', given.oauth2 !== undefined, 'use authorization with credentials_file');
  refuse('proxy_from_environment', given.proxy_from_environment, 'write proxy_url');
  refuse('no_proxy', given.no_proxy !== '', 'proxy_url holds for all targets of the job');
  refuse(
    'proxy_connect_header',
    given.proxy_connect_header !== undefined,
    'proxies are asked with plain requests only',
  );
  const { basic_auth: basic, authorization, tls_config: versions } = given;
  const refs = [basic?.username_ref, basic?.password_ref, authorization?.credentials_ref];
  refuse(
    'a reference to a secret',
    refs.some((ref) => ref !== undefined),
    'write the secret, or the name of its file',
  );
  refuse(
    'tls_config',
    versions.min_version !== undefined || versions.max_version !== undefined,
    'leave min_version and max_version out',
  );
  refuse(
    'http_headers',
    Object.values(given.http_headers).some(
      ({ secrets, files }) => secrets !== undefined || files !== undefined,
    ),
    'write values',
  );
  if (given.proxy_url !== '' && !/^http:\/\//.test(given.proxy_url)) {
    refuseMeaning(sink, {
      text: `unsupported proxy ${JSON.stringify(given.proxy_url)}`,
      path: ['proxy_url'],
      hint: 'write http://host:port',
    });
  }
}
