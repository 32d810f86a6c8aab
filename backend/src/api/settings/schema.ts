import { z } from '@hono/zod-openapi';
import {
  DEFAULT_SETTINGS,
  LogPatternSettingsSchema,
  missingCondition,
  RetentionSchema,
  ServiceSettingsSchema,
} from '@sonde/pipeline/settings';
import { ReadableAuxiliarySchema } from '../../traces/analysis/auxiliary.ts';
import type { SettingsDocument, SettingsVersionsResponse } from '../contract/index.ts';

export const SettingsDocumentSchema: z.ZodType<SettingsDocument> = z
  .strictObject({
    version: z.number().int().min(0),
    retention: RetentionSchema.default(DEFAULT_SETTINGS.retention),
    auxiliary: ReadableAuxiliarySchema.default(DEFAULT_SETTINGS.auxiliary),
    services: ServiceSettingsSchema.default(DEFAULT_SETTINGS.services),
    logPatterns: LogPatternSettingsSchema.default([]),
  })
  .superRefine(({ retention }, context) => {
    for (const [i, rule] of retention.rules.entries()) {
      const message = missingCondition(rule);
      if (message === undefined) continue;
      context.addIssue({ code: 'custom', path: ['retention', 'rules', i], message });
    }
  })
  .openapi('SettingsDocument', { example: DEFAULT_SETTINGS });

export const SettingsVersionsSchema: z.ZodType<SettingsVersionsResponse> = z
  .strictObject({
    versions: z.array(
      z.strictObject({ version: z.number(), createdMs: z.number(), actor: z.string() }),
    ),
  })
  .openapi('SettingsVersionsResponse', {
    example: { versions: [{ version: 1, createdMs: 1_790_000_000_000, actor: 'local' }] },
  });
