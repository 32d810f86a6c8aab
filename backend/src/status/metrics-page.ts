import { whyAway } from './why-away.ts';

/** Of a page of metrics. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Pages in the Prometheus text format, each asked for once however many numbers are read from it.
 */
export class MetricsReading {
  readonly #signal: AbortSignal;
  readonly #pages = new Map<string, Promise<string>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Several pages as one. Rejects when one of them is not there or too large, and says which. */
  async pages(urls: readonly string[]): Promise<string> {
    return (await this.each(urls)).join('\n');
  }

  /** The same, each by itself. */
  each(urls: readonly string[]): Promise<readonly string[]> {
    return Promise.all(urls.map((url) => this.#page(url)));
  }

  #page(url: string): Promise<string> {
    const known = this.#pages.get(url);
    if (known !== undefined) return known;
    const page = fetchPage(url, this.#signal).catch((error: unknown) => {
      throw new Error(`${url}: ${whyAway(error)}`);
    });
    this.#pages.set(url, page);
    return page;
  }
}

async function fetchPage(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > PAGE_BYTES_MAX) throw new Error(`more than ${PAGE_BYTES_MAX} bytes of metrics`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Sum over the samples of one name in the Prometheus text format, with or without the suffix of
 * counters; 0 when there are none. `wanted` picks by the labels as they stand in the page.
 */
export function sumOfMetric(
  page: string,
  metric: string,
  wanted: (labels: string) => boolean = () => true,
): number {
  let sum = 0;
  for (const { labels, value } of samplesOf(page, metric)) {
    if (wanted(labels)) sum += value;
  }
  return sum;
}

/** The same over several names. */
export function sumOfMetrics(page: string, metrics: readonly string[]): number {
  return metrics.reduce((sum, metric) => sum + sumOfMetric(page, metric), 0);
}

export interface Sample {
  /** As they stand in the page: `{code="INTERNAL",signal="logs"}`. */
  readonly labels: string;
  readonly value: number;
}

/** The samples of one name, with or without the suffix of counters; what is no number is left out. */
export function* samplesOf(page: string, metric: string): Generator<Sample, void> {
  for (const line of page.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const match = /^(?:_total)?(\{.*\})?\s+(\S+)/.exec(line.slice(metric.length));
    const value = Number(match?.[2]);
    if (Number.isFinite(value)) yield { labels: match?.[1] ?? '', value };
  }
}

/** A label, or what stands before the first of them; values are escaped. */
const LABEL = /[{,]([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/y;

/** The value of a label of a sample; empty without it. */
export function labelOf({ labels }: Sample, name: string): string {
  LABEL.lastIndex = 0;
  // One behind the other: what looks like a label may stand in the value of another.
  for (let match = LABEL.exec(labels); match !== null; match = LABEL.exec(labels)) {
    if (match[1] === name) return unescaped(match[2] ?? '');
  }
  return '';
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
}
