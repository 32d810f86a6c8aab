import { nullMeansDefaults, refuseMeaning, type Secret, secret } from '@sonde/pipeline';
import { z } from 'zod';

/** Extension `bearertokenauth`. */
export interface BearerTokenAuthConfig {
  /** Name of the header, in lower case. */
  readonly header: string;
  /** Stands before the token; empty where the header is the token alone. */
  readonly scheme: string;
  /** Of these the first is Sonde's own, as a client. */
  readonly tokens: readonly Secret[];
  /** A file with a token a line; read again when it changes. It replaces `tokens`. */
  readonly filename: string | undefined;
}

export const TOKENS_MAX = 10_000;

export const BearerTokenAuthConfigSchema: z.ZodType<BearerTokenAuthConfig> = nullMeansDefaults(
  z
    .strictObject({
      header: z
        .string()
        .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'header must be the name of a header')
        .default('Authorization'),
      scheme: z.string().default('Bearer'),
      token: secret().optional(),
      tokens: z.array(secret()).max(TOKENS_MAX).default([]),
      filename: z.string().default(''),
    })
    .superRefine((raw, context) => {
      const { token, tokens, filename } = raw;
      const has = token !== undefined && token.reveal() !== '';
      if (!has && tokens.length === 0 && filename === '') {
        refuseMeaning(context, { text: 'no bearer token provided' });
      }
      if (has && tokens.length > 0) {
        refuseMeaning(context, { text: 'either tokens or token should be provided, not both' });
      }
      if (tokens.some((each) => each.reveal() === '')) {
        refuseMeaning(context, { text: 'a token must not be empty', path: ['tokens'] });
      }
    })
    .transform(
      (raw): BearerTokenAuthConfig => ({
        header: raw.header.toLowerCase(),
        scheme: raw.scheme,
        tokens: raw.token === undefined || raw.token.reveal() === '' ? raw.tokens : [raw.token],
        filename: raw.filename === '' ? undefined : raw.filename,
      }),
    ),
);
