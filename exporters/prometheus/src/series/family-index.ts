import { escapeToUnderscores } from '@sonde/metric-names';
import type { PrometheusEvents } from '../prometheus-events.ts';
import type { Family, FamilyType } from './series.ts';

export interface FamilyWanted {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
}

/** Families by name. The first to come decides about type and help, for as long as it has series. */
export class FamilyIndex {
  readonly #families = new Map<string, Family>();
  readonly #events: PrometheusEvents;

  constructor(events: PrometheusEvents) {
    this.#events = events;
  }

  all(): IterableIterator<Family> {
    return this.#families.values();
  }

  has(family: Family): boolean {
    return this.#families.get(family.name.utf8) === family;
  }

  /** Undefined where there is one of that name with another type; that is said. */
  get({ name, type, help }: FamilyWanted): Family | undefined {
    const known = this.#families.get(name);
    if (known === undefined) {
      const family: Family = {
        name: { utf8: name, classic: escapeToUnderscores(name) },
        type,
        help,
        series: new Map(),
      };
      this.#families.set(name, family);
      return family;
    }
    if (known.type !== type) {
      this.#events.typeConflict({ name, existing: known.type, dropped: type });
      return undefined;
    }
    if (known.help !== help) {
      this.#events.descriptionConflict({ name, existing: known.help, dropped: help });
    }
    return known;
  }

  discardEmpty(family: Family): void {
    if (family.series.size === 0 && this.has(family)) this.#families.delete(family.name.utf8);
  }
}
