import { fetchLogFields, fetchLogValues } from '../api/requests.ts';
import { formatCount } from '../format/count.ts';
import type { ResolvedRange } from '../location/time-range.ts';
import type { Suggestion } from '../parts/suggest-field.svelte';
import { readDraft, termFor } from './search-text.ts';

const ON: Readonly<Record<string, string>> = {
  field: 'of every record',
  log: 'attribute',
  resource: 'resource attribute',
  body: 'of JSON bodies',
};
const SHOWN_MAX = 40;

/** Fields for what is typed last, or values once a field and a colon stand. */
export async function suggestSearch(
  q: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const { before, lead, field, text } = readDraft(q);
  const start = before + lead;
  if (field === undefined) {
    const fields = await suggestFields(text, range, signal);
    return fields.map((option) => ({ ...option, text: `${start}${option.text}:`, final: false }));
  }
  const query = { from: range.fromMs, to: range.toMs, field, search: text };
  const { values } = await fetchLogValues(query, signal);
  return values.slice(0, SHOWN_MAX).map(({ value, count }) => ({
    text: start + termFor(field, value),
    label: value,
    note: formatCount(count),
    final: true,
  }));
}

/** Names of fields; each is the whole entry. */
export async function suggestFields(
  search: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const { fields } = await fetchLogFields({ from: range.fromMs, to: range.toMs, search }, signal);
  const seen = new Set<string>();
  const options = fields.filter(({ name }) => !seen.has(name) && seen.add(name));
  return options.slice(0, SHOWN_MAX).map(({ name, on }) => ({
    ...{ text: name, label: name, note: ON[on] ?? '', final: true },
  }));
}
