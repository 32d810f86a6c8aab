import type { LeafFact } from '@sonde/log-patterns';
import { z } from 'zod';

/** A line is cut there when it is read. */
const LINE_CHARACTERS_MAX = 2048;
const POSITIONS_MAX = 256;

const id = z.string().regex(/^[0-9a-f]{16}$/);
const position = z.number().int().min(0).max(POSITIONS_MAX);
const text = z.string().max(LINE_CHARACTERS_MAX);

const affix = z.object({
  token: position,
  prefix: text,
  suffix: text,
  whole: text.optional().transform((whole) => whole),
  needsProof: z.boolean(),
});

const fact = z.object({
  id,
  movedTo: id.optional(),
  line: text,
  start: z.number().int().min(0).max(LINE_CHARACTERS_MAX),
  values: z.array(position).max(POSITIONS_MAX),
  affixes: z.array(affix).max(POSITIONS_MAX).optional(),
  count: z.number().int().min(0),
});

/** Undefined where the text is no fact: whoever sends logs may write some of their own. */
export function parseFact(json: string): LeafFact | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { data } = fact.safeParse(value);
  if (data === undefined) return undefined;
  const affixes = data.affixes?.map((each) => ({ ...each, whole: each.whole }));
  return { ...data, affixes };
}
