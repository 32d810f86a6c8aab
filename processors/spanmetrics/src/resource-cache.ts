import { RESOURCES_MAX } from './limits.ts';
import { clearSeries, type ResourceHead, type ResourceSeries } from './resource-series.ts';

export interface ResourceCacheOptions {
  /** Resources that outlive a flush. */
  readonly size: number;
  readonly create: (head: ResourceHead) => ResourceSeries;
}

/**
 * What is held of each resource. Of more than `size`, those not seen for longest are handed on once
 * more and then forgotten.
 */
export class ResourceCache {
  readonly #options: ResourceCacheOptions;
  /** The one not seen for longest first. */
  readonly #held = new Map<string, ResourceSeries>();
  readonly #leaving = new Map<string, ResourceSeries>();

  constructor(options: ResourceCacheOptions) {
    this.#options = options;
  }

  take(key: string, head: () => ResourceHead): ResourceSeries {
    const known = this.#held.get(key) ?? this.#leaving.get(key);
    if (known !== undefined) {
      this.#held.delete(key);
      this.#leaving.delete(key);
    } else if (this.#held.size + this.#leaving.size >= RESOURCES_MAX) {
      return this.#others(head());
    }
    const resource = known ?? this.#options.create(head());
    this.#keep(key, resource);
    return resource;
  }

  /** Those held and those that leave. */
  *all(): Iterable<readonly [string, ResourceSeries]> {
    yield* this.#held;
    yield* this.#leaving;
  }

  /** Forgets those that leave, and all others where `keep` says so. */
  forget(keep: (resource: ResourceSeries) => boolean): void {
    for (const [key, resource] of this.all()) {
      if (this.#held.has(key) && keep(resource)) continue;
      clearSeries(resource);
      this.#held.delete(key);
    }
    this.#leaving.clear();
  }

  /** One without attributes stands for all that are too many, of each tenant. */
  #others({ tenant, lastSeenUnixMs }: ResourceHead): ResourceSeries {
    const key = JSON.stringify([tenant]);
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const others = this.#options.create({ tenant, attributes: [], lastSeenUnixMs });
    this.#held.set(key, others);
    return others;
  }

  #keep(key: string, resource: ResourceSeries): void {
    this.#held.set(key, resource);
    if (this.#held.size <= this.#options.size) return;
    const [oldest] = this.#held;
    if (oldest === undefined) return;
    this.#held.delete(oldest[0]);
    this.#leaving.set(...oldest);
  }
}
