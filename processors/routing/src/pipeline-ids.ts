import { parseComponentId, refuseReading } from '@sonde/pipeline';
import { SIGNALS } from '@sonde/proto';
import { z } from 'zod';

const PIPELINES_MAX = 1_000;

const PIPELINE_ID = z.string().transform((text, context): string => {
  const parsed = parseComponentId(text);
  if (!parsed.ok) {
    refuseReading(context, { text: parsed.reason });
    return z.NEVER;
  }
  const { id } = parsed;
  if (SIGNALS.some((signal) => signal === id.type)) return id.text;
  refuseReading(context, {
    text: `in ${JSON.stringify(text)} id: unknown pipeline signal: ${JSON.stringify(id.type)}`,
    hint: `signals are ${SIGNALS.join(', ')}`,
  });
  return z.NEVER;
});

/** Ids of pipelines: `traces/errors`. */
export function pipelineIds(): z.ZodDefault<z.ZodType<readonly string[]>> {
  const ids: z.ZodType<readonly string[]> = z.array(PIPELINE_ID).max(PIPELINES_MAX);
  return ids.default([]);
}
