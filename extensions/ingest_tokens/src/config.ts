import { nullMeansDefaults, refuseMeaning, type Secret, secret } from '@sonde/pipeline';
import { z } from 'zod';

/** One ingest token and whose data comes with it. */
export interface IngestToken {
  readonly token: Secret;
  readonly tenant: string;
}

/** Extension `ingest_tokens`. */
export interface IngestTokensConfig {
  readonly tokens: readonly IngestToken[];
  /** Path of a file with a token and its tenant a line; read again when it changes. */
  readonly file: string | undefined;
}

/** A tenant as it may be named; it becomes the first column of every table. */
export const TENANT_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
/** In the configuration and the file together. */
export const TOKENS_MAX = 10_000;

const TOKEN = z.strictObject({
  token: secret().refine((token) => token.reveal() !== '', { message: 'token must not be empty' }),
  tenant: z.string().regex(TENANT_PATTERN, {
    message: 'tenant must be letters, digits, "_", "." or "-", 63 at most',
  }),
});

export const IngestTokensConfigSchema: z.ZodType<IngestTokensConfig> = nullMeansDefaults(
  z
    .strictObject({
      tokens: z.array(TOKEN).max(TOKENS_MAX).default([]),
      file: z.string().min(1).optional(),
    })
    .superRefine((raw, context) => {
      if (raw.tokens.length === 0 && raw.file === undefined) {
        refuseMeaning(context, { text: 'requires "tokens" or "file"' });
      }
    })
    .transform((raw): IngestTokensConfig => ({ tokens: raw.tokens, file: raw.file })),
);
