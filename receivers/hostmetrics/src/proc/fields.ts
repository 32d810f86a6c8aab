/** The blank-separated fields of a line; none for a blank line. */
export function splitFields(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}

/**
 * The number in field `index`. Kernel counters are u64: above 2^53 (9 PB of network traffic) the
 * last bits are rounded. Throws when the field is missing or no finite number.
 */
export function numberAt(fields: readonly string[], index: number): number {
  const field = fields[index];
  const value = field === undefined || field === '' ? Number.NaN : Number(field);
  if (!Number.isFinite(value)) {
    throw new Error(`field ${index + 1} is no number in "${fields.join(' ').slice(0, 200)}"`);
  }
  return value;
}

/** The text in field `index`. Throws when the field is missing. */
export function textAt(fields: readonly string[], index: number): string {
  const field = fields[index];
  if (field === undefined) {
    throw new Error(`field ${index + 1} is missing in "${fields.join(' ').slice(0, 200)}"`);
  }
  return field;
}
