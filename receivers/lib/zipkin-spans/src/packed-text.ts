import type { AnyValue, KeyValue } from '@sonde/proto';

const COUNT = /^\d{1,10}$/;
const UINT32_MAX = 4_294_967_295;

/** Attributes and what was dropped of them, as the Collector's exporter writes them into a text. */
export interface PackedAttributes {
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
}

/**
 * `<JSON object>|<dropped>` in the last parts of a text that was split at `|`, from `start` on;
 * undefined when it is something else that somebody wrote with those characters.
 */
export function packedAttributes(
  parts: readonly string[],
  start: number,
): PackedAttributes | undefined {
  const dropped = parts.at(-1) ?? '';
  if (parts.length < start + 2 || !COUNT.test(dropped) || Number(dropped) > UINT32_MAX) {
    return undefined;
  }
  const object = parseObject(parts.slice(start, -1).join('|'));
  if (object === undefined) return undefined;
  const attributes = Object.entries(object).flatMap(([key, raw]) => {
    const value = jsonValue(raw);
    return value === undefined ? [] : [{ key, value }];
  });
  return { attributes, droppedAttributesCount: Number(dropped) };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function jsonValue(raw: unknown): AnyValue | undefined {
  if (typeof raw === 'string') return { stringValue: raw };
  if (typeof raw === 'boolean') return { boolValue: raw };
  if (typeof raw !== 'number') return undefined;
  return Number.isSafeInteger(raw) ? { intValue: raw } : { doubleValue: raw };
}
