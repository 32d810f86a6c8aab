import { type IssueSink, refuseMeaning } from '../config/fields/refuse.ts';

/** Says of each key that upstream has it and this client has not, where it is given. */
export function refuseUnsupported(
  given: Readonly<Record<string, unknown>>,
  reasons: Readonly<Record<string, string>>,
  sink: IssueSink,
): void {
  for (const [key, reason] of Object.entries(reasons)) {
    if (!isGiven(given[key])) continue;
    refuseMeaning(sink, { text: `\`${key}\` is not supported`, path: [key], hint: reason });
  }
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) {
    return false;
  }
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
