import type { AttributeEditor } from '@sonde/proto';
import type { RedactionConfig } from './config.ts';

/** Keys of one row by what became of them. */
export interface Outcome {
  readonly redacted: string[];
  readonly masked: string[];
  readonly allowed: string[];
  readonly ignored: string[];
}

const KINDS = ['redacted', 'masked', 'allowed', 'ignored'] as const;

/** What this processor writes itself, and keeps of an earlier one. */
export const SUMMARY_KEYS: readonly string[] = ['redaction.', 'redaction.body.'].flatMap((prefix) =>
  KINDS.flatMap((kind) => [`${prefix}${kind}.keys`, `${prefix}${kind}.count`]),
);

export function emptyOutcome(): Outcome {
  return { redacted: [], masked: [], allowed: [], ignored: [] };
}

/** Writes counts (and, with `debug`, keys) of what happened into the open row. */
export function writeSummary(
  attributes: AttributeEditor,
  outcome: Outcome,
  options: { readonly summary: RedactionConfig['summary']; readonly prefix: string },
): void {
  const { summary, prefix } = options;
  if (summary !== 'info' && summary !== 'debug') return;
  for (const kind of KINDS) {
    const keys = outcome[kind];
    if (keys.length === 0) continue;
    if (summary === 'debug' && kind !== 'ignored')
      putKeys(attributes, `${prefix}${kind}.keys`, keys);
    const before = read(attributes, `${prefix}${kind}.count`);
    const count = BigInt(keys.length) + (typeof before === 'bigint' ? before : 0n);
    put(attributes, `${prefix}${kind}.count`, count);
  }
}

function putKeys(attributes: AttributeEditor, name: string, keys: readonly string[]): void {
  const before = read(attributes, name);
  const earlier = typeof before === 'string' && before !== '' ? before.split(',') : [];
  put(attributes, name, [...keys, ...earlier].sort().join(','));
}

function read(attributes: AttributeEditor, name: string): ReturnType<AttributeEditor['valueAt']> {
  const key = attributes.findKey(name);
  const index = key === -1 ? -1 : attributes.indexOf(key);
  return index === -1 ? null : attributes.valueAt(index);
}

function put(attributes: AttributeEditor, name: string, value: string | bigint): void {
  const key = attributes.internKey(name);
  const index = attributes.indexOf(key);
  if (index === -1) attributes.append(key, value);
  else attributes.set(index, value);
}
