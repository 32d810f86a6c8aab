/** Of a name: `lower` is a path's segment or keyword, `upper` an enum, the mixed are functions. */
export type TokenKind =
  | 'bytes'
  | 'float'
  | 'int'
  | 'string'
  | 'lower'
  | 'upper'
  | 'mixed'
  | 'mark'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** Where it starts, in characters from 0. */
  readonly at: number;
}
