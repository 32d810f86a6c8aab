import { goto } from '$app/navigation';
import { page } from '$app/state';
import { linkTo, type ParameterPatch, withParameters } from './parameters.ts';
import { rangeParameters, readRange, type TimeRange } from './time-range.ts';

/**
 * Where the page is going to within this path, while it is going there: what is written next is
 * written on top of it, or of two quick keys the second would undo the first.
 */
let asked: { readonly url: URL; readonly mode: 'push' | 'replace' } | undefined = $state.raw();

function pending(): typeof asked {
  return asked?.url.pathname === page.url.pathname ? asked : undefined;
}

function here(): URL {
  return pending()?.url ?? page.url;
}

/** The URL as state: what the page shows is what it says. Reads are reactive. */
export function parameters(): URLSearchParams {
  return here().searchParams;
}

export function timeRange(): TimeRange {
  return readRange(parameters());
}

/**
 * Changes the query. `push` makes a step that back undoes; `replace` is for typing and hovering.
 */
export async function patchHere(
  patch: ParameterPatch,
  mode: 'push' | 'replace' = 'push',
): Promise<void> {
  const base = here();
  const next = withParameters(base, patch);
  if (next === base.pathname + base.search) return;
  // A step that was begun is ended by this one, and stays a step.
  const steps = mode === 'push' || pending()?.mode === 'push';
  const asking = { url: new URL(next, base), mode: steps ? 'push' : 'replace' } as const;
  asked = asking;
  try {
    await goto(next, { replaceState: asking.mode === 'replace', keepFocus: true, noScroll: true });
  } finally {
    if (asked === asking) asked = undefined;
  }
}

export function setRange(range: TimeRange): Promise<void> {
  return patchHere({ ...rangeParameters(range), cursor: null });
}

/** A link to another page that takes the time range along. */
export function href(path: string, patch: ParameterPatch = {}): string {
  return linkTo(here(), path, patch);
}
