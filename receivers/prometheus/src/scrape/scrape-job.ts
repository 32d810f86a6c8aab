import type { TargetGroup } from '../config/discovery-config.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { FileDiscovery } from '../discovery/file-discovery.ts';
import { HttpDiscovery } from '../discovery/http-discovery.ts';
import { HttpGet } from './http-get.ts';
import { targetsOf } from './target.ts';
import { type ScraperOptions, TargetScraper } from './target-scraper.ts';

export type JobOptions = Omit<ScraperOptions, 'target' | 'get'> & {
  /** How many more targets the receiver may have. */
  readonly roomFor: (targets: number) => number;
};

/** One entry of `scrape_configs`: finds its targets and has a scraper for each. */
export class ScrapeJob {
  readonly #options: JobOptions;
  readonly #get: HttpGet;
  readonly #discoveries: readonly Discovery[];
  /** Groups of each discovery, the static ones first. */
  readonly #groups: (readonly TargetGroup[])[];
  readonly #scrapers = new Map<string, TargetScraper>();
  readonly #ending = new Set<Promise<void>>();
  readonly #said = new Set<string>();
  #isStopped = false;

  constructor(options: JobOptions) {
    const { config } = options;
    this.#options = options;
    this.#get = new HttpGet(config.client);
    this.#discoveries = discoveriesOf(config, (where, reason) =>
      options.events.discoveryFailed(config.jobName, where, reason),
    );
    this.#groups = [config.staticGroups, ...this.#discoveries.map(() => [])];
  }

  get targetCount(): number {
    return this.#scrapers.size;
  }

  start(): void {
    this.#apply();
    for (const [index, discovery] of this.#discoveries.entries()) {
      discovery.start((groups) => {
        this.#groups[index + 1] = groups;
        this.#apply();
      });
    }
  }

  /** A scrape more of every target, past its interval. */
  async scrapeAll(stop: AbortSignal): Promise<void> {
    await Promise.all([...this.#scrapers.values()].map((scraper) => scraper.scrape(stop)));
  }

  /** Series do not end: somebody else may go on with them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#discoveries.map((discovery) => discovery.stop()));
    await Promise.all([...this.#scrapers.values()].map((scraper) => scraper.stop()));
    await Promise.all(this.#ending);
  }

  close(): void {
    this.#get.close();
  }

  #apply(): void {
    if (this.#isStopped) return;
    const { config, events, roomFor } = this.#options;
    const { targets, problems } = targetsOf(config, this.#groups.flat());
    for (const problem of problems) this.#say(problem);
    const wanted = new Map(targets.map((target) => [target.key, target]));
    for (const [key, scraper] of this.#scrapers) {
      if (!wanted.has(key)) this.#end(key, scraper);
    }
    const missing = targets.filter(({ key }) => !this.#scrapers.has(key));
    const room = roomFor(missing.length);
    if (room < missing.length) events.tooManyTargets(config.jobName, missing.length - room);
    for (const target of missing.slice(0, room)) {
      const scraper = new TargetScraper({ ...this.#options, target, get: this.#get });
      this.#scrapers.set(target.key, scraper);
      scraper.start();
    }
    this.#checkTargetLimit();
  }

  /** With too many targets none is asked, as Prometheus has it. */
  #checkTargetLimit(): void {
    const { targetsMax } = this.#options.config.limits;
    const count = this.#scrapers.size;
    const refusal =
      targetsMax > 0 && count > targetsMax
        ? `target_limit exceeded (number of targets: ${count}, limit: ${targetsMax})`
        : undefined;
    for (const scraper of this.#scrapers.values()) scraper.refusal = refusal;
  }

  #end(key: string, scraper: TargetScraper): void {
    this.#scrapers.delete(key);
    const ending = scraper.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #say(problem: string): void {
    if (this.#said.has(problem) || this.#said.size >= PROBLEMS_MAX) return;
    this.#said.add(problem);
    this.#options.events.unusableTarget(this.#options.config.jobName, problem);
  }
}

/** Different problems that are said. */
const PROBLEMS_MAX = 1000;

function discoveriesOf(
  config: ScrapeConfig,
  onProblem: (where: string, reason: string) => void,
): readonly Discovery[] {
  return [
    ...config.fileDiscoveries.map((each) => new FileDiscovery(each, onProblem)),
    ...config.httpDiscoveries.map((each) => new HttpDiscovery(each, onProblem)),
  ];
}
