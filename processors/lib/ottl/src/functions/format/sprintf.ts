import type { Value } from '../../value/value.ts';
import {
  type ArgumentIndex,
  type Directive,
  type FormatPiece,
  SIZE_MAX,
  type Size,
} from './directive.ts';
import { formatType, formatValue } from './format-value.ts';
import type { Spec } from './spec.ts';

/** Go's `fmt.Sprintf` over the pieces of a format: what does not fit is said within the text. */
export function sprintf(pieces: readonly FormatPiece[], values: readonly Value[]): string {
  const run = new Run(values);
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? piece : run.directive(piece);
  return text + run.extra();
}

class Run {
  readonly #values: readonly Value[];
  #next = 0;
  /** An index was used: then left-over arguments are no mistake. */
  #isReordered = false;
  /** Of the directive at hand: what is wrong with its sizes, and with an index. */
  #faults = '';
  #isBad = false;

  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  directive({ flags, width, precision, index, verb }: Directive): string {
    this.#faults = '';
    this.#isBad = false;
    const wide = this.#size(width, 'WIDTH') ?? 0;
    const precise = this.#size(precision, 'PREC');
    if (precise !== undefined && precise < 0) this.#faults += '%!(BADPREC)';
    this.#moveTo(index);
    const value = this.#values[this.#next];
    if (verb === '') return `${this.#faults}%!(NOVERB)`;
    if (verb === '%') return `${this.#faults}%`;
    if (this.#isBad) return `${this.#faults}%!${verb}(BADINDEX)`;
    if (value === undefined) return `${this.#faults}%!${verb}(MISSING)`;
    this.#next++;
    const minus = flags.minus || wide < 0;
    const text = formatValue(value, {
      plus: flags.plus,
      minus,
      sharp: flags.sharp,
      space: flags.space,
      zero: flags.zero && !minus,
      width: Math.abs(wide),
      precision: precise !== undefined && precise < 0 ? undefined : precise,
      verb,
    });
    return this.#faults === '' ? text : this.#faults + text;
  }

  /** A width or precision, where it is an argument taken from there. */
  #size(wanted: Size | undefined, name: string): number | undefined {
    if (wanted === undefined || typeof wanted === 'number') return wanted;
    this.#moveTo(wanted.argument);
    const given = this.#values[this.#next];
    this.#next++;
    if (typeof given === 'bigint' && given <= SIZE_MAX && given >= -SIZE_MAX) return Number(given);
    this.#faults += `%!(BAD${name})`;
    return undefined;
  }

  extra(): string {
    if (this.#isReordered || this.#next >= this.#values.length) return '';
    const left = this.#values.slice(this.#next).map((value) => {
      const text = formatValue(value, plainSpec('v'));
      return value === null ? text : `${formatType(value)}=${text}`;
    });
    return `%!(EXTRA ${left.join(', ')})`;
  }

  #moveTo(index: ArgumentIndex | undefined): void {
    if (index === undefined) return;
    this.#isReordered = true;
    if (index === 'bad' || index >= this.#values.length) this.#isBad = true;
    else this.#next = index;
  }
}

function plainSpec(verb: string): Spec {
  return {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    width: 0,
    precision: undefined,
    verb,
  };
}
