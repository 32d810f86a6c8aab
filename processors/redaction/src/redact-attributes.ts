import { AnyValueType, type AttributeEditor, dictionaryText, valueText } from '@sonde/proto';
import type { RedactionConfig } from './config.ts';
import type { KeyRule, Redactor } from './redactor.ts';
import { emptyOutcome, writeSummary } from './summary.ts';

/** Redacts the open row of one editor; what a key means is asked once. */
export class AttributeRedaction {
  readonly #config: RedactionConfig;
  readonly #redactor: Redactor;
  readonly #attributes: AttributeEditor;
  readonly #rules: KeyRule[] = [];

  constructor(config: RedactionConfig, redactor: Redactor, attributes: AttributeEditor) {
    this.#config = config;
    this.#redactor = redactor;
    this.#attributes = attributes;
  }

  redact(): void {
    const attributes = this.#attributes;
    const outcome = emptyOutcome();
    for (let i = attributes.count - 1; i >= 0; i -= 1) {
      const key = attributes.keyAt(i);
      const rule = this.#ruleOf(key);
      if (rule === 'ignore') outcome.ignored.push(this.#text(key));
      else if (rule === 'remove') {
        outcome.redacted.push(this.#text(key));
        attributes.remove(i);
      } else {
        const kind = this.#mask(i, rule);
        if (kind !== undefined) outcome[kind].push(this.#text(key));
      }
    }
    const { summary } = this.#config;
    writeSummary(attributes, outcome, { summary, prefix: 'redaction.' });
  }

  #mask(index: number, rule: KeyRule): 'masked' | 'allowed' | undefined {
    const attributes = this.#attributes;
    const isText = attributes.typeAt(index) === AnyValueType.string;
    // As upstream: a value that is no text counts as an empty one, unless all types are redacted.
    const reads = isText || this.#config.redact_all_types;
    const text = reads ? valueText(attributes.valueAt(index)) : '';
    if (this.#redactor.isAllowed(text)) return 'allowed';
    const masked = rule === 'mask' ? this.#redactor.masked(text) : this.#redactor.checked(text);
    if (masked === undefined) return undefined;
    attributes.set(index, masked);
    return 'masked';
  }

  #ruleOf(key: number): KeyRule {
    this.#rules[key] ??= this.#redactor.ruleFor(this.#text(key));
    return this.#rules[key];
  }

  #text(key: number): string {
    return dictionaryText(this.#attributes.dictionary, key);
  }
}
