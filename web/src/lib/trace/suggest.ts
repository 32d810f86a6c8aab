import { fetchAttributeKeys, fetchAttributeValues } from '../api/requests.ts';
import { formatCount } from '../format/count.ts';
import type { ResolvedRange } from '../location/time-range.ts';
import type { Suggestion } from '../parts/suggest-field.svelte';
import { readDraft, sayCondition } from './conditions.ts';

const ON: Readonly<Record<string, string>> = {
  field: 'of every span',
  span: 'span attribute',
  resource: 'resource attribute',
};

/** Keys for what is typed, or values once the key and an operator stand. */
export async function suggestConditions(
  text: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const { key, operator, value = '' } = readDraft(text);
  if (operator === undefined) return suggestKeys(key, range, signal, '=');
  const query = { from: range.fromMs, to: range.toMs, key, search: value };
  const { values } = await fetchAttributeValues(query, signal);
  return values.map(({ value: found, count }) => ({
    text: sayCondition({ key, operator, value: found }),
    label: found,
    note: count === 0 ? '' : `≈ ${formatCount(count)}`,
    final: true,
  }));
}

/** Keys, with what follows them in the field; nothing: the key is the whole entry. */
export async function suggestKeys(
  search: string,
  range: ResolvedRange,
  signal: AbortSignal,
  then = '',
): Promise<Suggestion[]> {
  const query = { from: range.fromMs, to: range.toMs, search };
  const { keys } = await fetchAttributeKeys(query, signal);
  return uniqueKeys(keys.map(({ key, on }) => ({ key, on }))).map(({ key, on }) => ({
    text: `${key}${then}`,
    label: key,
    note: ON[on] ?? '',
    final: then === '',
  }));
}

/** A key of spans and resources is offered once. */
function uniqueKeys<T extends { readonly key: string }>(keys: readonly T[]): T[] {
  const seen = new Set<string>();
  return keys.filter(({ key }) => {
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
