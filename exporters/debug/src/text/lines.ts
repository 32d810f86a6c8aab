import type { OtlpMessage } from '@sonde/proto';
import { oneLine, typedValue } from './value-text.ts';

/** Text that grows by lines. */
export class Lines {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
  }

  /** `header` and a line an attribute, where there are any. */
  attributes(header: string, pairs: readonly OtlpMessage[], indent = '     '): void {
    if (pairs.length === 0) return;
    this.add(header);
    for (const pair of pairs) {
      this.add(`${indent}-> ${oneLine(pair.text('key'))}: ${typedValue(pair.message('value'))}`);
    }
  }

  /** Every line with its end. */
  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
