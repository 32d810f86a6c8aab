import { z } from 'zod';
import type { AttributeMatch } from './attribute-match.ts';

/** What rows must be like, as users write it; of several properties all must hold. */
export interface MatchProperties {
  /** `strict` or `regexp`. */
  readonly match_type: string;
  readonly services: readonly string[];
  readonly span_names: readonly string[];
  readonly span_kinds: readonly string[];
  readonly log_bodies: readonly string[];
  readonly log_severity_texts: readonly string[];
  readonly log_severity_number?:
    | { readonly min: number; readonly match_undefined: boolean }
    | undefined;
  readonly metric_names: readonly string[];
  readonly attributes: readonly AttributeMatch[];
  readonly resources: readonly AttributeMatch[];
  readonly libraries: readonly { readonly name: string; readonly version?: string | undefined }[];
}

const TEXTS = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? []);
const MATCHES = z
  .array(z.strictObject({ key: z.string().default(''), value: z.unknown().optional() }))
  .nullish()
  .transform((matches) => matches ?? []);

/** The sections `include` and `exclude`; undefined where there is none. */
export function matchProperties(): z.ZodType<MatchProperties | undefined> {
  return z
    .strictObject({
      match_type: z.string().default(''),
      /** Sizes of upstream's cache: nothing to set here. */
      regexp: z
        .strictObject({
          cacheenabled: z.boolean().optional(),
          cachemaxnumentries: z.int().optional(),
        })
        .nullish(),
      services: TEXTS,
      span_names: TEXTS,
      span_kinds: TEXTS,
      log_bodies: TEXTS,
      log_severity_texts: TEXTS,
      log_severity_number: z
        .strictObject({
          min: z.int().default(0),
          match_undefined: z.boolean().default(false),
        })
        .optional(),
      metric_names: TEXTS,
      attributes: MATCHES,
      resources: MATCHES,
      libraries: z
        .array(z.strictObject({ name: z.string().default(''), version: z.string().optional() }))
        .nullish()
        .transform((libraries) => libraries ?? []),
    })
    .optional();
}
