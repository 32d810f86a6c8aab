import type { LogFieldName } from '@sonde/backend/api-contract';
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

/** As `suggestFields`, as a column is named: whose the attribute is stands before it. */
export function suggestColumns(
  search: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const nameOf = ({ name, on }: LogFieldName): string =>
    on === 'resource' ? `resource.${name}` : name;
  return namesOf(search.replace(/^resource\./, ''), range, { nameOf, signal });
}

/** Names of fields; each is the whole entry. */
export function suggestFields(
  search: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  return namesOf(search, range, { nameOf: ({ name }) => name, signal });
}

async function namesOf(
  search: string,
  range: ResolvedRange,
  { nameOf, signal }: { nameOf: (field: LogFieldName) => string; signal: AbortSignal },
): Promise<Suggestion[]> {
  const { fields } = await fetchLogFields({ from: range.fromMs, to: range.toMs, search }, signal);
  const seen = new Set<string>();
  const options = fields.filter((field) => !seen.has(nameOf(field)) && seen.add(nameOf(field)));
  return options.slice(0, SHOWN_MAX).map((field) => {
    const name = nameOf(field);
    return { text: name, label: name, note: ON[field.on] ?? '', final: true };
  });
}
