import type { Value } from '../../value/value.ts';
import {
  type ArgumentIndex,
  type Directive,
  type FormatPiece,
  SIZE_MAX,
  type Size,
} from './directive.ts';
import { formatType, formatValue, type Spec } from './format-value.ts';

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

  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  directive({ flags, width, precision, index, verb }: Directive): string {
    let faults = '';
    let isBad = false;
    const size = (wanted: Size | undefined, name: string): number | undefined => {
      if (wanted === undefined || typeof wanted === 'number') return wanted;
      isBad = !this.#moveTo(wanted.argument) || isBad;
      const given = this.#values[this.#next];
      this.#next++;
      const isSize = typeof given === 'bigint' && given <= SIZE_MAX && given >= -SIZE_MAX;
      if (isSize) return Number(given);
      faults += `%!(BAD${name})`;
      return undefined;
    };
    const wide = size(width, 'WIDTH');
    let precise = size(precision, 'PREC');
    if (precise !== undefined && precise < 0) {
      faults += '%!(BADPREC)';
      precise = undefined;
    }
    isBad = !this.#moveTo(index) || isBad;
    if (verb === '') return `${faults}%!(NOVERB)`;
    if (verb === '%') return `${faults}%`;
    if (isBad) return `${faults}%!${verb}(BADINDEX)`;
    const value = this.#values[this.#next];
    if (value === undefined) return `${faults}%!${verb}(MISSING)`;
    this.#next++;
    const minus = flags.minus || (wide !== undefined && wide < 0);
    const spec: Spec = {
      ...flags,
      minus,
      zero: flags.zero && !minus,
      width: Math.abs(wide ?? 0),
      precision: precise,
      verb,
    };
    return faults + formatValue(value, spec);
  }

  extra(): string {
    if (this.#isReordered || this.#next >= this.#values.length) return '';
    const left = this.#values.slice(this.#next).map((value) => {
      const text = formatValue(value, plainSpec('v'));
      return value === null ? text : `${formatType(value)}=${text}`;
    });
    return `%!(EXTRA ${left.join(', ')})`;
  }

  #moveTo(index: ArgumentIndex | undefined): boolean {
    if (index === undefined) return true;
    this.#isReordered = true;
    if (index === 'bad' || index >= this.#values.length) return false;
    this.#next = index;
    return true;
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
