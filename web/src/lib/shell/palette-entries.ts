import type { SavedView } from '@sonde/backend/api-contract';
import type { ParameterPatch } from '../location/parameters.ts';
import type { IconName } from '../parts/icons.ts';
import { isTraceId } from '../trace/trace-id.ts';
import { PLACES } from './places.ts';

/** One line of the palette. */
export interface PaletteEntry {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  readonly does:
    | { readonly kind: 'go'; readonly path: string; readonly patch?: ParameterPatch }
    /** Path and query as they are, with a range of their own. */
    | { readonly kind: 'open'; readonly address: string }
    | { readonly kind: 'save'; readonly name: string }
    | { readonly kind: 'link' };
  /** Of a saved view. */
  readonly view?: SavedView;
}

export interface PaletteSources {
  readonly services: readonly string[];
  readonly views: readonly SavedView[];
}

const ENTRIES_MAX = 40;

/** What the text may mean, the likeliest first: a trace id, pages, services, views, a search. */
export function paletteEntries(text: string, sources: PaletteSources): PaletteEntry[] {
  const wanted = text.trim();
  const needle = wanted.toLowerCase();
  const traceId = needle.replaceAll('-', '');
  if (isTraceId(traceId)) return [traceEntry(traceId)];
  const found = [
    ...PLACES.map(
      ({ path, label, icon, key }): PaletteEntry => ({
        ...{ id: path, label, note: key, icon },
        does: { kind: 'go', path },
      }),
    ),
    ...sources.services.map(serviceEntry),
    ...sources.views.map(viewEntry),
    LINK,
  ].filter(({ label }) => label.toLowerCase().includes(needle));
  const ranked = found.sort((a, b) => rank(a, needle) - rank(b, needle));
  const searches = wanted === '' ? [] : [searchEntry(wanted), saveEntry(wanted)];
  return [...ranked.slice(0, ENTRIES_MAX), ...searches];
}

/** Those that begin with the text come first; the order is kept otherwise. */
function rank({ label }: PaletteEntry, needle: string): number {
  return label.toLowerCase().startsWith(needle) ? 0 : 1;
}

function traceEntry(traceId: string): PaletteEntry {
  const does = { kind: 'go', path: `/traces/${traceId}` } as const;
  return { id: traceId, label: `Trace ${traceId}`, note: 'open', icon: 'traces', does };
}

function serviceEntry(service: string): PaletteEntry {
  const does = { kind: 'go', path: `/services/${encodeURIComponent(service)}` } as const;
  return { id: `service ${service}`, label: service, note: 'service', icon: 'services', does };
}

function viewEntry(view: SavedView): PaletteEntry {
  const { id, name, address } = view;
  const does = { kind: 'open', address } as const;
  return { id: `view ${id}`, label: name ?? id, note: 'saved view', icon: 'filter', does, view };
}

const LINK: PaletteEntry = {
  id: 'link',
  label: 'Copy a short link to this view',
  note: 'at the time shown',
  icon: 'copy',
  does: { kind: 'link' },
};

function searchEntry(text: string): PaletteEntry {
  const value = `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const does = { kind: 'go', path: '/traces', patch: { where: `name~${value}` } } as const;
  return {
    id: 'search',
    label: `Spans named like “${text}”`,
    note: 'search',
    icon: 'search',
    does,
  };
}

function saveEntry(name: string): PaletteEntry {
  const does = { kind: 'save', name } as const;
  return {
    id: 'save',
    label: `Save this view as “${name}”`,
    note: 'for everybody here',
    icon: 'download',
    does,
  };
}
