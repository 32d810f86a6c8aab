import type { ScrapeConfig, ScrapeLimits } from '../config/scrape-config.ts';
import { relabel } from './relabel.ts';
import type { Target } from './target.ts';

const EXPORTED = 'exported_';

/** Makes the labels of samples: the target's join those of the page, then the rules apply. */
export class SampleLabels {
  readonly #config: ScrapeConfig;
  readonly #target: Target;
  readonly #external: readonly (readonly [string, string])[];

  constructor(
    config: ScrapeConfig,
    target: Target,
    externalLabels: Readonly<Record<string, string>>,
  ) {
    this.#config = config;
    this.#target = target;
    this.#external = Object.entries(externalLabels);
  }

  /**
   * With `__name__`; undefined where the rules drop the sample. Throws where a limit is broken, or
   * nothing is left of the name.
   */
  change(
    name: string,
    given: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, string> | undefined {
    const labels = new Map([...given].filter(([, value]) => value !== ''));
    labels.set('__name__', name);
    if (this.#config.honorLabels) {
      for (const [key, value] of this.#target.labels) {
        if (!given.has(key)) labels.set(key, value);
      }
    } else {
      this.#overrule(labels);
    }
    if (!relabel(labels, this.#config.metricRelabelRules)) return undefined;
    if ((labels.get('__name__') ?? '') === '') throw new Error('a sample without a metric name');
    checkLimits(labels, this.#config.limits);
    for (const [key, value] of this.#external) labels.set(key, value);
    return labels;
  }

  /** The target's labels win; those of the page that they replace are kept as `exported_...`. */
  #overrule(labels: Map<string, string>): void {
    const replaced: [string, string][] = [];
    for (const [key, value] of this.#target.labels) {
      const own = labels.get(key);
      if (own !== undefined) replaced.push([key, own]);
      labels.set(key, value);
    }
    for (const [key, value] of replaced) {
      let name = EXPORTED + key;
      while (labels.has(name)) name = EXPORTED + name;
      labels.set(name, value);
    }
  }
}

function checkLimits(labels: ReadonlyMap<string, string>, limits: ScrapeLimits): void {
  const { labelsMax, labelNameCharactersMax, labelValueCharactersMax } = limits;
  const metric = JSON.stringify(labels.get('__name__') ?? '');
  if (labelsMax > 0 && labels.size > labelsMax) {
    throw new Error(
      `label_limit exceeded (metric: ${metric}, number of labels: ${labels.size}, ` +
        `limit: ${labelsMax})`,
    );
  }
  if (labelNameCharactersMax === 0 && labelValueCharactersMax === 0) return;
  for (const [name, value] of labels) {
    if (labelNameCharactersMax > 0 && name.length > labelNameCharactersMax) {
      throw new Error(
        `label_name_length_limit exceeded (metric: ${metric}, label name: ${name.slice(0, 50)})`,
      );
    }
    if (labelValueCharactersMax > 0 && value.length > labelValueCharactersMax) {
      throw new Error(
        `label_value_length_limit exceeded (metric: ${metric}, label name: ${name.slice(0, 50)})`,
      );
    }
  }
}
