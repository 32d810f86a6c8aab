import type { EditableMap, Value } from '@sonde/ottl';
import type { KeyValue, NumberPoint } from '@sonde/proto';
import type { CountedAttribute } from './counted-metric.ts';

import { anyValue, configuredValue, valueKey } from './value-fields.ts';

/** Where a row's attributes are looked for: its own, its scope's, its resource's. */
export type AttributeMaps = readonly EditableMap[];

interface Entry {
  readonly attributes: readonly KeyValue[];
  count: number;
}

/** How many rows of one group there were, by their attributes. */
export class Tally {
  readonly #entries = new Map<string, Entry>();

  add(attributes: readonly KeyedValue[], rows = 1): void {
    if (rows === 0) return;
    let key = '';
    for (const { text } of attributes) key += text;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.count += rows;
      return;
    }
    const fields = attributes.map(({ key: name, value }) => ({
      key: name,
      value: anyValue(value),
    }));
    this.#entries.set(key, { attributes: fields, count: rows });
  }

  points(times: { readonly first: bigint; readonly last: bigint }): readonly NumberPoint[] {
    return [...this.#entries.values()].map(({ attributes, count }) => ({
      attributes,
      startTimeUnixNano: times.first,
      timeUnixNano: times.last,
      asInt: count,
    }));
  }
}

/** An attribute of a row. */
export interface KeyedValue {
  readonly key: string;
  readonly value: Value;
  /** Equal for equal values. */
  readonly text: string;
}

/** The attributes that a metric counts by; undefined for a row that lacks one. */
export type AttributeReader = (maps: AttributeMaps) => readonly KeyedValue[] | undefined;

export function attributeReader(attributes: readonly CountedAttribute[]): AttributeReader {
  const wanted = attributes.map(({ key, default_value: raw }) => {
    const value = raw === undefined || raw === null ? undefined : configuredValue(raw);
    return { key, fallback: value === undefined ? undefined : keyed(key, value) };
  });
  return (maps) => {
    const found: KeyedValue[] = [];
    for (const { key, fallback } of wanted) {
      const value = attributeOf(maps, key) ?? fallback;
      if (value === undefined) return undefined;
      found.push(value);
    }
    return found;
  };
}

function attributeOf(maps: AttributeMaps, key: string): KeyedValue | undefined {
  for (const map of maps) {
    const index = map.indexOf(key);
    if (index !== -1) return keyed(key, map.valueAt(index));
  }
  return undefined;
}

function keyed(key: string, value: Value): KeyedValue {
  return { key, value, text: valueKey(value) };
}
