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

  constructor(layout: () => TraceLayout) {
    this.#layout = layout;
  }

  get selectedRow(): number {
    const spanId = this.#pendingSpan ?? readText(parameters(), 'span');
    return this.#layout().rowBySpanId.get(spanId) ?? -1;
  }

  get collapsed(): ReadonlySet<number> {
    const { rowBySpanId } = this.#layout();
    const ids = readList(parameters(), 'collapsed', COLLAPSED_MAX);
    return new Set(ids.map((id) => rowBySpanId.get(id)).filter((row) => row !== undefined));
  }

  get text(): string {
    return readText(parameters(), 'q');
  }

  get showCritical(): boolean {
    return readFlag(parameters(), 'critical');
  }

  get window(): TimeWindow {
    return parseWindow(readText(parameters(), 'zoom'), this.#layout().durationNs);
  }

  /** Selects a row and opens what hides it; -1 selects none. */
  select(row: number, mode: 'push' | 'replace'): void {
    const layout = this.#layout();
    const spanId = layout.spans[row]?.spanId ?? '';
    const open = new Set(ancestorsOf(layout, row));
    const closed = [...this.collapsed].filter((other) => !open.has(other));
    const patch = { span: spanId, collapsed: this.#ids(closed) };
    clearTimeout(this.#timer);
    this.#pendingSpan = spanId;
    // From none to a row is a step; moving on from row to row is not.
    const isStep = mode === 'push' && readText(parameters(), 'span') === '';
    const write = async (): Promise<void> => {
      await patchHere(patch, isStep || spanId === '' ? 'push' : 'replace');
      this.#pendingSpan = undefined;
    };
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
