import type { Attribute, Span } from '@sonde/backend/api-contract';
import type { TraceLayout } from './layout.ts';

/**
 * Rows whose service, name, ids, status message or attributes contain the text; case is ignored.
 */
export function searchRows(layout: TraceLayout, text: string): number[] {
  const needle = text.trim().toLowerCase();
  if (needle === '') return [];
  const rows: number[] = [];
  // Names come again and again: each is read once.
  const known = new Map<string, boolean>();
  const has = (text: string): boolean => {
    const answer = known.get(text) ?? contains(text, needle);
    known.set(text, answer);
    return answer;
  };
  layout.spans.forEach((span, row) => {
    if (has(span.name) || has(span.service) || spanContains(span, needle)) rows.push(row);
  });
  return rows;
}

function spanContains(span: Span, needle: string): boolean {
  return (
    contains(span.statusMessage, needle) ||
    span.spanId === needle ||
    attributesContain(span.attributes, needle) ||
    span.events.some(
      (event) => contains(event.name, needle) || attributesContain(event.attributes, needle),
    )
  );
}

function attributesContain(attributes: readonly Attribute[], needle: string): boolean {
  return attributes.some(({ key, value }) => contains(`${key}=${value}`, needle));
}

function contains(text: string, needle: string): boolean {
  return text.toLowerCase().includes(needle);
}
