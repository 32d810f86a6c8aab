import type { EntryValue } from '../entry.ts';

/** A parsed expression. */
export type Syntax =
  | { readonly kind: 'literal'; readonly value: EntryValue }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'member';
      readonly object: Syntax;
      readonly key: Syntax;
      /** `?.`: nothing of nothing is nothing. */
      readonly optional: boolean;
    }
  | {
      readonly kind: 'slice';
      readonly object: Syntax;
      readonly from: Syntax | undefined;
      readonly to: Syntax | undefined;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Syntax[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Syntax }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Syntax;
      readonly right: Syntax;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Syntax;
      readonly yes: Syntax;
      readonly no: Syntax;
    }
  | { readonly kind: 'list'; readonly items: readonly Syntax[] }
  | { readonly kind: 'map'; readonly members: readonly (readonly [Syntax, Syntax])[] };
