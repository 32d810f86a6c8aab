import { nullMeansDefaults, refuseMeaning, type Secret, secret } from '@sonde/pipeline';
import { z } from 'zod';

/** Who may send: lines of `user:password`, as `htpasswd` writes them. */
export interface HtpasswdConfig {
  readonly file: string | undefined;
  /** Its users win over those of the file. */
  readonly inline: Secret | undefined;
}

/** Who Sonde is to others. A file is read again when it changes. */
export interface ClientAuthConfig {
  readonly username: string;
  readonly usernameFile: string | undefined;
  readonly password: Secret | undefined;
  readonly passwordFile: string | undefined;
}

/** Extension `basicauth`: one of the two. */
export interface BasicAuthConfig {
  readonly htpasswd: HtpasswdConfig | undefined;
  readonly clientAuth: ClientAuthConfig | undefined;
}

const HTPASSWD = z.strictObject({ file: z.string().optional(), inline: secret().optional() });

const CLIENT = z.strictObject({
  username: z.string().default(''),
  username_file: z.string().optional(),
  password: secret().optional(),
  password_file: z.string().optional(),
});

export const BasicAuthConfigSchema: z.ZodType<BasicAuthConfig> = nullMeansDefaults(
  z
    .strictObject({ htpasswd: HTPASSWD.optional(), client_auth: CLIENT.optional() })
    .superRefine((raw, context) => {
      const { htpasswd, client_auth: client } = raw;
      if (htpasswd !== undefined && client !== undefined) {
        const text = 'only one of `htpasswd` and `client_auth` can be specified';
        refuseMeaning(context, {
          text,
          hint: 'use two extensions: basicauth/server, basicauth/client',
        });
      }
      const hasSource = Boolean(htpasswd?.file) || Boolean(htpasswd?.inline?.reveal());
      if (client === undefined && !hasSource) {
        refuseMeaning(context, { text: 'no credential source provided' });
      }
      if (client !== undefined && client.username === '' && client.username_file === undefined) {
        refuseMeaning(context, {
          text: 'no username provided: requires "username" or "username_file"',
          path: ['client_auth'],
        });
      }
    })
    .transform(
      (raw): BasicAuthConfig => ({
        htpasswd: raw.htpasswd && { file: raw.htpasswd.file, inline: raw.htpasswd.inline },
        clientAuth: raw.client_auth && {
          username: raw.client_auth.username,
          usernameFile: raw.client_auth.username_file,
          password: raw.client_auth.password,
          passwordFile: raw.client_auth.password_file,
        },
      }),
    ),
);
