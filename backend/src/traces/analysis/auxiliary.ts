import { AuxiliarySchema, type AuxiliarySettings } from '@sonde/pipeline/settings';
import type { z } from 'zod';
import { ApiFailure } from '../../api/failure.ts';
import { type Condition, parseWhere } from '../where/parse-where.ts';

/** Rules of settings as conditions; each is text as filters are written, all its conditions hold. */
export function auxiliaryRules(rules: readonly string[]): Condition[][] {
  return rules.map(parseWhere).filter((conditions) => conditions.length > 0);
}

/** The section of the settings, each rule readable: one that is not would refuse every analysis. */
export const ReadableAuxiliarySchema: z.ZodType<AuxiliarySettings> = AuxiliarySchema.superRefine(
  ({ rules }, context) => {
    for (const [i, rule] of rules.entries()) {
      try {
        parseWhere(rule);
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        const message = error.message.replace('`where`', `\`${rule}\``);
        context.addIssue({ code: 'custom', path: ['rules', i], message });
      }
    }
  },
);
