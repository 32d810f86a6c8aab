/** XPath 1.0 as a tree. */
export type XPathExpression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly XPathExpression[];
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: XPathExpression;
      readonly right: XPathExpression;
    }
  | { readonly kind: 'negate'; readonly operand: XPathExpression }
  | {
      readonly kind: 'path';
      /** Where it starts: the document, the node at hand, or what an expression gives. */
      readonly from: 'root' | 'here' | XPathExpression;
      readonly steps: readonly XPathStep[];
    }
  | {
      readonly kind: 'filter';
      readonly base: XPathExpression;
      readonly predicates: readonly XPathExpression[];
    };

export interface XPathStep {
  readonly axis: XPathAxis;
  readonly test: NodeTest;
  readonly predicates: readonly XPathExpression[];
}

export const AXES = [
  'ancestor',
  'ancestor-or-self',
  'attribute',
  'child',
  'descendant',
  'descendant-or-self',
  'following',
  'following-sibling',
  'parent',
  'preceding',
  'preceding-sibling',
  'self',
] as const;
export type XPathAxis = (typeof AXES)[number];

/** `name` with `*` for any; or a type of node. */
export type NodeTest =
  | { readonly prefix: string; readonly name: string }
  | { readonly type: 'node' | 'text' | 'comment' | 'processing-instruction' };

/** An expression that is none. */
export class XPathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'XPathError';
  }
}
