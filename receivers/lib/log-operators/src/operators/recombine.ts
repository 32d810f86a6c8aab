import { byteSize, duration, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { expression, field, fieldOr } from '../config-fields.ts';
import type { Program } from '../expr/program.ts';
import { BASE, type OperatorType, operatorSpec } from '../operator-config.ts';
import { Recombiner } from './recombiner.ts';

const { if: _if, ...RECOMBINE_BASE } = BASE;

const fields = z.strictObject({
  ...RECOMBINE_BASE,
  is_first_entry: expression().optional(),
  is_last_entry: expression().optional(),
  combine_field: field(),
  combine_with: z.string().default('\n'),
  max_batch_size: z.int().default(1000),
  max_unmatched_batch_size: z.int().default(100),
  overwrite_with: z.enum(['newest', 'oldest']).default('oldest'),
  force_flush_period: duration('5s'),
  source_identifier: fieldOr('attributes["log.file.path"]'),
  max_sources: z.int().default(1000),
  max_log_size: byteSize(0),
});

type Fields = z.output<typeof fields>;

/** Makes one entry of several that belong together. */
export const recombineOperator: OperatorType = {
  type: 'recombine',
  schema: fields.transform((config, context) => {
    const which = whichOf(config);
    if (typeof which === 'string') {
      refuseMeaning(context, { text: which });
      return z.NEVER;
    }
    return operatorSpec(
      config,
      () =>
        new Recombiner({
          which: which.which,
          test: (entry) => which.program.test(entry),
          combineField: config.combine_field,
          combineWith: config.combine_with,
          batchMax: config.max_batch_size,
          unmatchedBatchMax: config.max_unmatched_batch_size,
          lengthMax: config.max_log_size,
          sourcesMax: config.max_sources,
          holdMs: config.force_flush_period,
          overwriteWith: config.overwrite_with,
          sourceOf: (entry) => String(config.source_identifier.get(entry) ?? ''),
        }),
    );
  }),
};

function whichOf(
  config: Fields,
): string | { readonly which: 'first' | 'last'; readonly program: Program } {
  const { is_first_entry: first, is_last_entry: last } = config;
  if (first !== undefined && last !== undefined) {
    return 'only one of is_first_entry and is_last_entry can be set';
  }
  if (config.max_sources <= 0) return "'max_sources' must be positive";
  if (first !== undefined) return { which: 'first', program: first };
  if (last !== undefined) return { which: 'last', program: last };
  return 'one of is_first_entry and is_last_entry must be set';
}
