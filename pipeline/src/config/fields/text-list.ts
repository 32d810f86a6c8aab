import { z } from 'zod';

/** A list of texts; one text splits at commas, as upstream's decoder does. */
export function textList(
  initial: readonly string[] = [],
): z.ZodPrefault<z.ZodType<readonly string[]>> {
  return z
    .union([z.array(z.string()), z.string()])
    .transform((value): readonly string[] =>
      typeof value === 'string' ? splitAtCommas(value) : value,
    )
    .prefault([...initial]);
}

function splitAtCommas(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
