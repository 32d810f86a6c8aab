import { formatDuration, formatGoTime } from '@sonde/time-text';
import { goTimeOf } from '../../value/go-times.ts';
import { byBytes } from '../../value/json-text.ts';
import {
  DurationValue,
  goType,
  IdValue,
  type RowsValue,
  TimeValue,
  type Value,
} from '../../value/value.ts';
import { GO_TIME_LAYOUT } from '../../value/value-text.ts';
import { formatFloatVerb, formatInteger } from './format-number.ts';
import { formatBytes, formatText } from './format-text.ts';
import { padded } from './pad.ts';
import type { Spec } from './spec.ts';

/** One value with one verb; a verb that its type does not have is said within the text. */
export function formatValue(value: Value, given: Spec): string {
  // `%+v` writes names of fields, which no value has.
  const spec = given.verb === 'v' && given.plus ? { ...given, plus: false } : given;
  if (spec.verb === 'T') return padded(formatType(value), { ...spec, zero: false });
  if (value === null) {
    return spec.verb === 'v' ? padded('<nil>', spec) : `%!${spec.verb}(<nil>)`;
  }
  switch (typeof value) {
    case 'boolean':
      return 'tv'.includes(spec.verb) ? padded(String(value), spec) : badVerb(value, spec);
    case 'bigint':
      return formatInteger(value, spec) ?? badVerb(value, spec);
    case 'number':
      return formatFloatVerb(value, spec) ?? badVerb(value, spec);
    case 'string':
      return formatText(value, spec) ?? badVerb(value, spec);
    default:
      return formatObject(value, spec);
  }
}

function formatObject(
  value: Exclude<Value, null | boolean | bigint | number | string>,
  spec: Spec,
): string {
  if (value instanceof Uint8Array) {
    if (spec.verb !== 'v' && spec.verb !== 'd') {
      return formatBytes(Buffer.from(value), spec) ?? badVerb(value, spec);
    }
    return `[${[...value].map((byte) => formatInteger(BigInt(byte), spec)).join(' ')}]`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => formatValue(item, spec)).join(' ')}]`;
  if (value instanceof Map) return formatMap(value, spec);
  return formatNamed(value, spec);
}

/** Keys in order, as Go writes a map. */
function formatMap(map: ReadonlyMap<string, Value>, spec: Spec): string {
  const keys = [...map.keys()].sort(byBytes);
  const pairs = keys.map(
    (key) => `${formatValue(key, spec)}:${formatValue(map.get(key) ?? null, spec)}`,
  );
  return `map[${pairs.join(' ')}]`;
}

/** Types that say themselves how they are written, where a verb wants text. */
function formatNamed(value: TimeValue | DurationValue | IdValue | RowsValue, spec: Spec): string {
  const wantsText = 'vsxXq'.includes(spec.verb);
  if (value instanceof DurationValue && !wantsText) {
    return formatInteger(value.nanos, spec) ?? badVerb(value, spec);
  }
  const asText = spec.verb === 'v' ? { ...spec, verb: 's', sharp: false } : spec;
  return (wantsText ? formatText(textOf(value), asText) : undefined) ?? badVerb(value, spec);
}

function textOf(value: TimeValue | DurationValue | IdValue | RowsValue): string {
  if (value instanceof DurationValue) return formatDuration(value.nanos);
  if (value instanceof TimeValue) return formatGoTime(goTimeOf(value), GO_TIME_LAYOUT);
  return value instanceof IdValue ? value.hex : `[${value.length}]`;
}

function badVerb(value: Value, spec: Spec): string {
  const plain = { ...spec, verb: 'v', width: 0, precision: undefined, sharp: false, plus: false };
  return `%!${spec.verb}(${formatType(value)}=${formatValue(value, plain)})`;
}

/** `%T`. */
export function formatType(value: Value): string {
  return value === null ? '<nil>' : Array.isArray(value) ? '[]interface {}' : goType(value);
}
