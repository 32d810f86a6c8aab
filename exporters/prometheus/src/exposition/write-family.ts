import {
  type Exemplar,
  type Family,
  type HistogramSample,
  type NumberSample,
  type Series,
  type SummarySample,
  type TwoForms,
  toUnixMs,
} from '../series/series.ts';
import { goFloat, openMetricsFloat } from './go-float.ts';
import type { Format } from './negotiate.ts';

export interface WriteOptions {
  readonly format: Format;
  /** The time of a sample stands behind its value. */
  readonly sendTimestamps: boolean;
}

const TOTAL = '_total';

/** The lines of one family, with their ends. */
export function writeFamily(family: Family, options: WriteOptions): string {
  const { openMetrics } = options.format;
  const name = formOf(family.name, options);
  const isTotal = name.endsWith(TOTAL);
  const title =
    openMetrics && family.type === 'counter' && isTotal ? name.slice(0, -TOTAL.length) : name;
  const type = openMetrics && family.type === 'counter' && !isTotal ? 'unknown' : family.type;
  const help = openMetrics
    ? family.help.replace(/[\\\n"]/g, escaped)
    : family.help.replace(/[\\\n]/g, escaped);
  const shown = quoteName(title);
  let text = `# HELP ${shown} ${help}\n# TYPE ${shown} ${type}\n`;
  const lines = new Lines(name, options);
  for (const series of sorted(family, options)) {
    switch (series.sample.kind) {
      case 'number':
        text += lines.number(series, series.sample);
        break;
      case 'histogram':
        text += lines.histogram(series, series.sample);
        break;
      default:
        text += lines.summary(series, series.sample);
    }
  }
  return text;
}

function sorted(family: Family, options: WriteOptions): readonly Series[] {
  return [...family.series.values()].sort((a, b) =>
    formOf(a.labels, options) < formOf(b.labels, options) ? -1 : 1,
  );
}

function formOf(text: TwoForms, { format }: WriteOptions): string {
  return format.utf8 ? text.utf8 : text.classic;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

function escaped(character: string): string {
  return ESCAPES[character] ?? character;
}

function isClassic(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

function quoteName(name: string): string {
  return isClassic(name) ? name : `"${name.replace(/[\\\n"]/g, escaped)}"`;
}

/** The sample lines of one family. */
class Lines {
  readonly #name: string;
  readonly #options: WriteOptions;
  readonly #float: (value: number) => string;

  constructor(name: string, options: WriteOptions) {
    this.#name = name;
    this.#options = options;
    this.#float = options.format.openMetrics ? openMetricsFloat : goFloat;
  }

  number(series: Series, { value, exemplars }: NumberSample): string {
    return this.#line(series, {
      suffix: '',
      value: this.#float(value),
      exemplar: exemplars.at(-1),
    });
  }

  /** Buckets in the order of their bounds, each with all below it. */
  histogram(series: Series, sample: HistogramSample): string {
    const { bounds, counts, count, exemplars } = sample;
    let text = '';
    let below = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const index of bounds.map((_, at) => at).sort((a, b) => bounds[a] - bounds[b])) {
      const bound = bounds[index];
      if (bound === Number.POSITIVE_INFINITY) continue;
      below += counts[index] ?? 0;
      const exemplar = exemplars.find(({ value }) => value > last && value <= bound);
      text += this.#bucket(series, bound, below, exemplar);
      last = bound;
    }
    const exemplar = exemplars.find(({ value }) => value > last);
    text += this.#bucket(series, Number.POSITIVE_INFINITY, count, exemplar);
    return text + this.#sumAndCount(series, sample);
  }

  summary(series: Series, sample: SummarySample): string {
    const lines = [...sample.quantiles]
      .sort((a, b) => a[0] - b[0])
      .map(([quantile, value]) =>
        this.#line(series, {
          suffix: '',
          value: this.#float(value),
          label: `quantile="${this.#float(quantile)}"`,
        }),
      );
    return lines.join('') + this.#sumAndCount(series, sample);
  }

  #bucket(series: Series, bound: number, count: number, exemplar: Exemplar | undefined): string {
    const label = `le="${this.#float(bound)}"`;
    return this.#line(series, { suffix: '_bucket', value: String(count), label, exemplar });
  }

  #sumAndCount(series: Series, { sum, count }: SummarySample | HistogramSample): string {
    return (
      this.#line(series, { suffix: '_sum', value: this.#float(sum) }) +
      this.#line(series, { suffix: '_count', value: String(count) })
    );
  }

  #line(series: Series, parts: LineParts): string {
    const { suffix, value, label = '', exemplar } = parts;
    const name = this.#name + suffix;
    const own = formOf(series.labels, this.#options);
    const labels = own !== '' && label !== '' ? `${own},${label}` : own + label;
    return `${withLabels(name, labels)} ${value}${this.#time(series)}${this.#exemplar(exemplar)}\n`;
  }

  #time(series: Series): string {
    const { low, high } = series.time;
    if (!this.#options.sendTimestamps || (low === 0 && high === 0)) return '';
    const ms = toUnixMs(series.time);
    return this.#options.format.openMetrics ? ` ${openMetricsFloat(ms / 1000)}` : ` ${ms}`;
  }

  #exemplar(exemplar: Exemplar | undefined): string {
    if (!this.#options.format.openMetrics) return '';
    if (exemplar === undefined || exemplar.labels === '') return '';
    const { labels, value, unixSeconds } = exemplar;
    return ` # {${labels}} ${openMetricsFloat(value)} ${openMetricsFloat(unixSeconds)}`;
  }
}

interface LineParts {
  readonly suffix: string;
  readonly value: string;
  /** Behind the labels of the series. */
  readonly label?: string;
  readonly exemplar?: Exemplar | undefined;
}

/** A name that is not classic stands within the braces. */
function withLabels(name: string, labels: string): string {
  if (isClassic(name)) return labels === '' ? name : `${name}{${labels}}`;
  return labels === '' ? `{${quoteName(name)}}` : `{${quoteName(name)},${labels}}`;
}
