import { nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { z } from 'zod';

export const OUTPUTS = ['stdout', 'stderr'] as const;
export type Output = (typeof OUTPUTS)[number];

export interface DebugConfig {
  readonly verbosity: 'basic' | 'normal' | 'detailed';
  /** Batches shown in each second before sampling begins. */
  readonly sampling_initial: number;
  /** Of the following ones every so-manieth is shown; 0 is none, 1 all. */
  readonly sampling_thereafter: number;
  /** Lines go where the service's log goes; else to `output_paths`. */
  readonly use_internal_logger: boolean;
  readonly output_paths: readonly Output[];
}

const outputs = textList(['stdout']).transform((paths, context): readonly Output[] =>
  paths.flatMap((path) => {
    const known = OUTPUTS.find((output) => output === path);
    if (known !== undefined) return [known];
    refuseMeaning(context, {
      text: `couldn't open sink ${JSON.stringify(path)}`,
      hint: 'write stdout or stderr; the exporter "file" writes files',
    });
    return [];
  }),
);

export const debugConfig: z.ZodType<DebugConfig> = nullMeansDefaults(
  z
    .strictObject({
      verbosity: z
        .string()
        .transform((text) => text.toLowerCase())
        .pipe(
          z.enum(['basic', 'normal', 'detailed'], {
            error: ({ input }) => `unknown metrics level ${JSON.stringify(input)}`,
          }),
        )
        .prefault('basic'),
      sampling_initial: z.int().min(0).default(2),
      sampling_thereafter: z.int().min(0).default(1),
      use_internal_logger: z.boolean().default(true),
      output_paths: outputs,
    })
    .superRefine((config, context) => {
      if (config.use_internal_logger || config.output_paths.length > 0) return;
      refuseMeaning(context, { text: 'output_paths requires at least one path' });
    }),
);
