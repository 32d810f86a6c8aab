import type { AnyValue, KeyValue } from '@sonde/proto';

/**
 * Attributes while they are put together: a later value of a key takes the place of the first one, as
 * the Collector's translators have it, in the order of first appearance.
 */
export type AttributeMap = Map<string, AnyValue>;

export function keyValues(attributes: ReadonlyMap<string, AnyValue>): readonly KeyValue[] {
  return [...attributes].map(([key, value]) => ({ key, value }));
}

/** The text of a value that is one; else undefined. */
export function textOf(value: AnyValue | undefined): string | undefined {
  return value?.stringValue;
}
