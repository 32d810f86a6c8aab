import { goto } from '$app/navigation';
import { page } from '$app/state';
import { linkTo, type ParameterPatch, withParameters } from './parameters.ts';
import { rangeParameters, readRange, type TimeRange } from './time-range.ts';

/** The URL as state: what the page shows is what it says. Reads are reactive. */
export function parameters(): URLSearchParams {
  return page.url.searchParams;
}

export function timeRange(): TimeRange {
  return readRange(page.url.searchParams);
}

/**
 * Changes the query. `push` makes a step that back undoes; `replace` is for typing and hovering.
 */
export async function patchHere(
  patch: ParameterPatch,
  mode: 'push' | 'replace' = 'push',
): Promise<void> {
  const next = withParameters(page.url, patch);
  if (next === page.url.pathname + page.url.search) return;
  await goto(next, { replaceState: mode === 'replace', keepFocus: true, noScroll: true });
}

export function setRange(range: TimeRange): Promise<void> {
  return patchHere({ ...rangeParameters(range), cursor: null });
}

/** A link to another page that takes the time range along. */
export function href(path: string, patch: ParameterPatch = {}): string {
  return linkTo(page.url, path, patch);
}
