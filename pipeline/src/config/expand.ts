import { type ConfigMap, type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';
import { parseUri, type Retrieved, retrieve, type SourceContext, SourceError } from './sources.ts';

/** How often values are expanded again before a reference counts as endless. */
const EXPANSIONS_MAX = 1000;
/** References that double the text each time would reach any size before that. */
const EXPANDED_CHARS_MAX: number = 2 * 1024 * 1024;

interface Step {
  readonly value: ConfigValue;
  readonly changed: boolean;
}

/**
 * Replaces `${scheme:opaque}` in values, innermost first, until nothing changes; then `$$` is `$`.
 * Keys are left alone. Throws `SourceError` with the Collector's text.
 */
export function expand(value: ConfigValue, context: SourceContext): ConfigValue {
  let current = value;
  for (let round = 0; round < EXPANSIONS_MAX; round += 1) {
    const step = expandOnce(current, context);
    if (!step.changed) return unescapeDollars(step.value);
    current = step.value;
  }
  throw new SourceError('too many recursive expansions');
}

function expandOnce(value: ConfigValue, context: SourceContext): Step {
  if (value instanceof ExpandedValue) return expandExpanded(value, context);
  if (typeof value === 'string') return expandText(value, context);
  if (isList(value)) return expandList(value, context);
  if (isMap(value)) return expandMap(value, context);
  return { value, changed: false };
}

/** What has no reference in it stays the same object. */
function expandList(list: readonly ConfigValue[], context: SourceContext): Step {
  let changed = false;
  let expanded: ConfigValue[] | undefined;
  for (const [index, item] of list.entries()) {
    const step = expandOnce(item, context);
    changed ||= step.changed;
    if (step.value === item) continue;
    expanded ??= [...list];
    expanded[index] = step.value;
  }
  return { value: expanded ?? list, changed };
}

function expandMap(map: ConfigMap, context: SourceContext): Step {
  let changed = false;
  let expanded: Map<string, ConfigValue> | undefined;
  for (const [key, item] of map) {
    const step = expandOnce(item, context);
    changed ||= step.changed;
    if (step.value === item) continue;
    expanded ??= new Map(map);
    expanded.set(key, step.value);
  }
  return { value: expanded ?? map, changed };
}

function expandExpanded(expanded: ExpandedValue, context: SourceContext): Step {
  const inner = expandOnce(expanded.value, context);
  if (typeof inner.value === 'string' || inner.value instanceof ExpandedValue) return inner;
  // Nobody knows yet whether a string field will want the text, so it is expanded beside the value.
  let text: Step;
  try {
    text = expandText(expanded.text, context);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // A reference that stands only in a comment may be unusable: the value goes on without a text.
    return inner;
  }
  if (typeof text.value !== 'string') return inner;
  return {
    value: new ExpandedValue(inner.value, text.value),
    changed: inner.changed || text.changed,
  };
}

function expandText(text: string, context: SourceContext): Step {
  const reference = findReference(text);
  if (reference === undefined) return { value: text, changed: false };
  if (text.length > EXPANDED_CHARS_MAX) {
    const limit = `a value with references has more than ${EXPANDED_CHARS_MAX} characters`;
    throw new SourceError(`too many recursive expansions: ${limit}`);
  }
  const retrieved = resolveReference(reference, context);
  if (reference === text) {
    const value =
      retrieved.text === undefined || retrieved.value === retrieved.text
        ? retrieved.value
        : new ExpandedValue(retrieved.value, retrieved.text);
    return { value, changed: true };
  }
  if (retrieved.text === undefined) {
    throw new SourceError(
      `expanding ${reference}: retrieved value does not have unambiguous string representation`,
    );
  }
  return { value: text.replaceAll(reference, () => retrieved.text ?? ''), changed: true };
}

/** The first innermost `${...}` that is not escaped by an odd run of `$` before it. */
function findReference(text: string): string | undefined {
  let from = 0;
  for (;;) {
    const close = text.indexOf('}', from);
    if (close < 0) return undefined;
    // Not in the whole text before it: that would look at the same characters for each bracket.
    const open = from + text.slice(from, close).lastIndexOf('${');
    if (open >= from && !isEscaped(text, from, open)) return text.slice(open, close + 1);
    // The Collector gives up at the first escaped one; `$${1} ${PORT}` then keeps `${PORT}` unread.
    from = close + 1;
  }
}

function isEscaped(text: string, from: number, open: number): boolean {
  let dollars = 0;
  for (let index = open - 1; index >= from && text[index] === '$'; index -= 1) dollars += 1;
  return dollars % 2 === 1;
}

function resolveReference(reference: string, context: SourceContext): Retrieved {
  const inside = reference.slice(2, -1);
  const uri = inside.includes(':') ? inside : `env:${inside}`;
  const location = parseUri(uri);
  if (location.opaque.includes('$')) {
    throw new SourceError(`the uri ${JSON.stringify(uri)} contains unsupported characters ('$')`);
  }
  return retrieve(location, context);
}

function unescapeDollars(value: ConfigValue): ConfigValue {
  if (typeof value === 'string') return value.includes('$$') ? unescapeText(value) : value;
  if (value instanceof ExpandedValue) {
    return new ExpandedValue(unescapeDollars(value.value), unescapeText(value.text));
  }
  if (isList(value)) {
    const unescaped = value.map(unescapeDollars);
    return unescaped.some((item, index) => item !== value[index]) ? unescaped : value;
  }
  return isMap(value) ? unescapeMap(value) : value;
}

function unescapeMap(map: ConfigMap): ConfigMap {
  let unescaped: Map<string, ConfigValue> | undefined;
  for (const [key, item] of map) {
    const inner = unescapeDollars(item);
    if (inner === item) continue;
    unescaped ??= new Map(map);
    unescaped.set(key, inner);
  }
  return unescaped ?? map;
}

function unescapeText(text: string): string {
  return text.replaceAll('$$', () => '$');
}
