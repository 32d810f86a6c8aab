/** What a term looks for. Text is as typed: nothing is folded yet. */
export type SearchValue =
  | { readonly kind: 'text'; readonly text: string }
  /** Stars stand for any characters. */
  | { readonly kind: 'wildcard'; readonly text: string }
  | { readonly kind: 'regexp'; readonly pattern: string; readonly ignoreCase: boolean };

export type Comparison = '>' | '>=' | '<' | '<=';

interface Placed {
  /** Where it begins in what was typed, for messages. */
  readonly at: number;
}

/** A term without a field looks into the body. */
export interface MatchNode extends Placed {
  readonly kind: 'match';
  readonly field: string | undefined;
  readonly value: SearchValue;
}

export interface CompareNode extends Placed {
  readonly kind: 'compare';
  readonly field: string;
  readonly comparison: Comparison;
  readonly text: string;
}

export interface ExistsNode extends Placed {
  readonly kind: 'exists';
  readonly field: string;
}

/** A search as it was parsed. */
export type SearchNode =
  | { readonly kind: 'and'; readonly parts: readonly SearchNode[] }
  | { readonly kind: 'or'; readonly parts: readonly SearchNode[] }
  | { readonly kind: 'not'; readonly part: SearchNode }
  | MatchNode
  | CompareNode
  | ExistsNode;

/** The terms of a search, left to right. */
export function termsOf(node: SearchNode): (MatchNode | CompareNode | ExistsNode)[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.parts.flatMap(termsOf);
    case 'not':
      return termsOf(node.part);
    default:
      return [node];
  }
}
