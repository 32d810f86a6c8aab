import { protobufToJson } from '@sonde/proto';
import type { SinkRequest } from './otlp-sink.ts';

/**
 * Requests in a form in which two that mean the same are equal: one list a signal, whatever the
 * cuts between requests; groups of one resource or scope joined; resources, scopes, items and attributes in one order; what is empty left
 * out; `ignored` fields left out.
 */
export function normalForm(
  requests: readonly SinkRequest[],
  ignored: readonly string[],
): Readonly<Record<string, unknown>> {
  const form: Record<string, unknown[]> = {};
  for (const { signal, bytes } of requests) {
    const message: unknown = JSON.parse(protobufToJson(signal, bytes));
    for (const [name, groups] of Object.entries(Object(message))) {
      form[name] = [...(form[name] ?? []), ...(Array.isArray(groups) ? groups : [groups])];
    }
  }
  const groups = Object.entries(form).map(([name, list]) => [
    name,
    joined(list.map((group) => ordered(group, new Set(ignored)))),
  ]);
  return Object.fromEntries(groups);
}

/** Members that hold what belongs to a resource or to a scope. */
const HELD = /^(scope\w+|spans|logRecords|metrics)$/;

/** Groups of one resource, or of one scope, as one: where a request is cut means nothing. */
function joined(groups: readonly unknown[]): readonly unknown[] {
  const byHead = new Map<string, Record<string, unknown>>();
  for (const group of groups) {
    const entries = Object.entries(Object(group));
    const isHeld = ([name, value]: [string, unknown]) => HELD.test(name) && Array.isArray(value);
    const head = Object.fromEntries(entries.filter((entry) => !isHeld(entry)));
    const key = JSON.stringify(head);
    const known = byHead.get(key) ?? head;
    for (const [name, value] of entries.filter(isHeld)) {
      const before: unknown = known[name];
      const more: readonly unknown[] = Array.isArray(value) ? value : [];
      known[name] = [...(Array.isArray(before) ? before : []), ...more];
    }
    byHead.set(key, known);
  }
  return [...byHead.values()]
    .map((group) =>
      Object.fromEntries(
        Object.entries(group).map(([name, value]) => [
          name,
          name.startsWith('scope') && Array.isArray(value) ? joined(value) : sorted(value),
        ]),
      ),
    )
    .sort(byText);
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort(byText) : value;
}

/** Lists in which the order means something. */
const KEPT_ORDER = new Set([
  'values',
  'bucketCounts',
  'explicitBounds',
  'quantileValues',
  'idKeys',
  'descriptionKeys',
]);

function ordered(value: unknown, ignored: ReadonlySet<string>, name = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => ordered(item, ignored) ?? {});
    const isMap = name === 'values' && items.every((item) => 'key' in Object(item));
    return KEPT_ORDER.has(name) && !isMap ? items : items.sort(byText);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !ignored.has(key))
    .map(([key, inner]): [string, unknown] => [key, ordered(inner, ignored, key)])
    .filter(([, inner]) => !isEmpty(inner))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
