import { activity } from './activity.svelte.ts';
import { type Ask, Loadable } from './loadable.svelte.ts';
import { isAbort, type RequestFailure, toRequestFailure } from './request-failure.ts';

export interface PagedAsk<Page> {
  readonly key: string;
  readonly run: (cursor: string | undefined, signal: AbortSignal) => Promise<Page>;
}

interface PagedOptions<Page, Row> {
  readonly ask: () => PagedAsk<Page>;
  readonly rows: (page: Page) => readonly Row[];
  readonly nextCursor: (page: Page) => string | undefined;
  /** Most rows that the page keeps; 5000 when absent. */
  readonly rowsMax?: number;
}

/** Older rows are reached by narrowing the time range. */
const ROWS_MAX = 5000;

/** A list that grows by cursor: the first page follows its key, `loadOlder` adds to it. */
export class Paged<Page, Row> {
  readonly first: Loadable<Page>;
  older: readonly Page[] = $state.raw([]);
  olderLoading: boolean = $state(false);
  olderFailure: RequestFailure | undefined = $state.raw();

  readonly #options: PagedOptions<Page, Row>;
  readonly #rowsMax: number;
  readonly #rows: readonly Row[] = $derived.by(() => {
    const first = this.first.value;
    return first === undefined ? [] : [first, ...this.older].flatMap(this.#options.rows);
  });
  #controller: AbortController | undefined = $state.raw();

  constructor(options: PagedOptions<Page, Row>) {
    this.#options = options;
    this.#rowsMax = options.rowsMax ?? ROWS_MAX;
    this.first = new Loadable<Page>(() => firstPage(options.ask()));
    $effect(() => {
      // A new first page makes the older ones stale.
      void this.first.value;
      this.older = [];
      this.olderFailure = undefined;
      return () => this.#controller?.abort();
    });
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get canLoadOlder(): boolean {
    return this.#cursor() !== undefined && this.rows.length < this.#rowsMax;
  }

  /** True when older rows exist but the page holds as many as it may. */
  get isFull(): boolean {
    return this.#cursor() !== undefined && this.rows.length >= this.#rowsMax;
  }

  /** Of the last request for older rows. */
  get olderSignal(): AbortSignal | undefined {
    return this.#controller?.signal;
  }

  /** Ends the request for older rows that is under way. */
  stopOlder(): void {
    this.#controller?.abort();
  }

  async loadOlder(): Promise<void> {
    const cursor = this.#cursor();
    if (cursor === undefined || this.olderLoading) return;
    const controller = new AbortController();
    this.#controller = controller;
    this.olderLoading = true;
    this.olderFailure = undefined;
    activity.start();
    let answered: boolean | undefined;
    try {
      const page = await this.#options.ask().run(cursor, controller.signal);
      answered = true;
      if (!controller.signal.aborted) this.older = [...this.older, page];
    } catch (cause) {
      if (!isAbort(cause)) {
        this.olderFailure = toRequestFailure(cause);
        answered = !this.olderFailure.away;
      }
    } finally {
      activity.end(answered);
      this.olderLoading = false;
    }
  }

  #cursor(): string | undefined {
    const last = this.older.at(-1) ?? this.first.value;
    return last === undefined ? undefined : this.#options.nextCursor(last);
  }
}

function firstPage<Page>(ask: PagedAsk<Page>): Ask<Page> {
  return { key: ask.key, run: (signal) => ask.run(undefined, signal) };
}
