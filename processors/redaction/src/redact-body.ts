import {
  type AttributeValue,
  EncodedValue,
  encodeNestedValue,
  type NestedValue,
  readNestedValue,
  valueText,
} from '@sonde/proto';
import type { Redactor } from './redactor.ts';
import type { Outcome } from './summary.ts';

/**
 * A log record's body without what is not allowed, as upstream does it: keys of a map are ruled as
 * attributes' are, its values and those of a list looked into whatever their type; any other body is
 * one value, named `body`. Tells `outcome` by paths (`card.number`, `items.[0]`).
 */
export function redactBody(
  body: AttributeValue,
  redactor: Redactor,
  outcome: Outcome,
): AttributeValue {
  if (!(body instanceof EncodedValue)) return redactWhole(body, redactor, outcome);
  const tree = readNestedValue(body);
  if (!(tree instanceof Map || Array.isArray(tree))) return redactWhole(body, redactor, outcome);
  new TreeRedaction(redactor, outcome).redact(tree, '');
  // A key that was sent twice is in the tree once: its copies must not stay behind.
  const encoded = encodeNestedValue(tree);
  return isSame(encoded, body) ? body : encoded;
}

function isSame(encoded: AttributeValue, before: EncodedValue): boolean {
  return encoded instanceof EncodedValue && Buffer.compare(encoded.message, before.message) === 0;
}

function redactWhole(body: AttributeValue, redactor: Redactor, outcome: Outcome): AttributeValue {
  const text = valueText(body);
  if (text === '' || redactor.isAllowed(text)) return body;
  const masked = redactor.checked(text);
  if (masked === undefined) return body;
  outcome.masked.push('body');
  return masked;
}

class TreeRedaction {
  readonly #redactor: Redactor;
  readonly #outcome: Outcome;

  constructor(redactor: Redactor, outcome: Outcome) {
    this.#redactor = redactor;
    this.#outcome = outcome;
  }

  /** Gives the value that is to stand in the place of `value`; lists and maps are changed. */
  redact(value: NestedValue, path: string): NestedValue {
    if (value instanceof Map) return this.#redactMap(value, path);
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        value[index] = this.redact(item, join(path, `[${index}]`));
      }
      return value;
    }
    const text = textOf(value);
    if (this.#redactor.isAllowed(text)) {
      this.#outcome.allowed.push(path);
      return value;
    }
    const masked = this.#redactor.checked(text);
    if (masked === undefined) return value;
    this.#outcome.masked.push(path);
    return masked;
  }

  #redactMap(map: Map<string, NestedValue>, path: string): NestedValue {
    for (const [key, value] of map) {
      const inner = join(path, key);
      const rule = this.#redactor.ruleFor(key);
      if (rule === 'ignore') {
        this.#outcome.ignored.push(inner);
      } else if (rule === 'remove') {
        this.#outcome.redacted.push(inner);
        map.delete(key);
      } else if (rule === 'mask') {
        this.#outcome.masked.push(inner);
        map.set(key, this.#redactor.masked(typeof value === 'string' ? value : ''));
      } else {
        map.set(key, this.redact(value, inner));
      }
    }
    return map;
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function textOf(value: Exclude<NestedValue, NestedValue[] | Map<string, NestedValue>>): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : valueText(value);
}
