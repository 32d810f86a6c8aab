import type { Flags } from './directive.ts';

/** How a value is to be written. */
export interface Spec extends Flags {
  /** Not negative; in characters. */
  readonly width: number;
  readonly precision: number | undefined;
  readonly verb: string;
}
