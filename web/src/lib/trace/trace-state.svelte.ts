import { parameters, patchHere } from '../location/here.svelte.ts';
import { readFlag, readList, readText } from '../location/parameters.ts';
import type { TraceLayout } from './layout.ts';
import { ancestorsOf } from './trace-summary.ts';
import { parseWindow, type TimeWindow } from './waterfall-geometry.ts';

/** Most closed subtrees kept in the URL: 200 span ids are 3.4 kB. */
export const COLLAPSED_MAX = 200;

/** Browsers throttle history changes: while a key is held, only the last row is written. */
const SETTLE_MS = 150;

/**
 * What is selected, closed, searched and zoomed in a trace: the URL, read and written in one place.
 */
export class TraceState {
  readonly #layout: () => TraceLayout;
  #pendingSpan: string | undefined = $state();
  #timer: ReturnType<typeof setTimeout> | undefined;

  // Each by what it says in the URL: one that another one changes does not search 200,000 spans again.
  readonly #span: string = $derived(this.#pendingSpan ?? readText(parameters(), 'span'));
  readonly #closed: string = $derived(readList(parameters(), 'collapsed', COLLAPSED_MAX).join(','));
  readonly #zoomed: string = $derived(readText(parameters(), 'zoom'));
  readonly selectedRow: number = $derived.by(
    () => this.#layout().rowBySpanId.get(this.#span) ?? -1,
  );
  readonly collapsed: ReadonlySet<number> = $derived.by(() => {
    const { rowBySpanId } = this.#layout();
    const rows = this.#closed.split(',').map((id) => rowBySpanId.get(id));
    return new Set(rows.filter((row) => row !== undefined));
  });
  readonly text: string = $derived(readText(parameters(), 'q'));
  readonly showCritical: boolean = $derived(readFlag(parameters(), 'critical'));
  readonly window: TimeWindow = $derived.by(() =>
    parseWindow(this.#zoomed, this.#layout().durationNs),
  );

  constructor(layout: () => TraceLayout) {
    this.#layout = layout;
  }

  /** Selects a row and opens what hides it; -1 selects none. */
  select(row: number, mode: 'push' | 'replace'): void {
    const layout = this.#layout();
    const spanId = layout.spans[row]?.spanId ?? '';
    const open = new Set(ancestorsOf(layout, row));
    const closed = [...this.collapsed].filter((other) => !open.has(other));
    const isOpening = closed.length < this.collapsed.size;
    clearTimeout(this.#timer);
    this.#pendingSpan = spanId;
    // From none to a row is a step; moving on from row to row is not.
    const isStep = mode === 'push' && readText(parameters(), 'span') === '';
    const write = async (): Promise<void> => {
      await patchHere({ span: spanId }, isStep || spanId === '' ? 'push' : 'replace');
      if (this.#pendingSpan === spanId) this.#pendingSpan = undefined;
    };
    if (isOpening) void patchHere({ collapsed: this.#ids(closed) }, 'replace');
    if (mode === 'push') void write();
    else this.#timer = setTimeout(() => void write(), SETTLE_MS);
  }

  toggle(row: number): void {
    const next = new Set(this.collapsed);
    if (!next.delete(row)) next.add(row);
    this.collapse([...next]);
  }

  collapse(rows: readonly number[]): void {
    void patchHere({ collapsed: this.#ids(rows) });
  }

  find(text: string, mode: 'push' | 'replace' = 'push'): void {
    void patchHere({ q: text }, mode);
  }

  zoom(window: TimeWindow | undefined): void {
    void patchHere({ zoom: window === undefined ? null : `${window.fromNs}-${window.toNs}` });
  }

  #ids(rows: readonly number[]): string {
    const { spans } = this.#layout();
    return rows
      .slice(0, COLLAPSED_MAX)
      .map((row) => spans[row]?.spanId ?? '')
      .join(',');
  }
}
