import type { MathOperator } from '../value/arithmetic.ts';
import type { CompareOperator } from '../value/compare.ts';

/** `at` is where a part starts in the text, in characters from 0. */
interface Part {
  readonly at: number;
}

export type LiteralValue = null | boolean | bigint | number | string | Uint8Array;

export interface LiteralNode extends Part {
  readonly kind: 'literal';
  readonly value: LiteralValue;
}

/** An enum's symbol, or the name of a function where one is wanted. */
export interface EnumNode extends Part {
  readonly kind: 'enum';
  readonly name: string;
}

/** The name of a function as an argument, that is no enum's: `Sha256`. */
export interface FunctionNameNode extends Part {
  readonly kind: 'function name';
  readonly name: string;
}

export interface PathNode extends Part {
  readonly kind: 'path';
  readonly fields: readonly FieldNode[];
  /** As written, without spaces. */
  readonly text: string;
}

export interface FieldNode extends Part {
  readonly name: string;
  readonly keys: readonly ExpressionNode[];
}

/** A call of an editor or converter, and the keys behind it. */
export interface CallNode extends Part {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
  readonly keys: readonly ExpressionNode[];
}

export interface ArgumentNode extends Part {
  /** Empty for one by position. */
  readonly name: string;
  readonly value: ArgumentValueNode;
}

export interface ListNode extends Part {
  readonly kind: 'list';
  readonly items: readonly ExpressionNode[];
}

export interface MapNode extends Part {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly value: ExpressionNode }[];
}

export interface MathNode extends Part {
  readonly kind: 'math';
  readonly operator: MathOperator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface NegateNode extends Part {
  readonly kind: 'negate';
  readonly operand: ExpressionNode;
}

export type ExpressionNode =
  | LiteralNode
  | EnumNode
  | PathNode
  | CallNode
  | ListNode
  | MapNode
  | MathNode
  | NegateNode;

/** `(key, value) => body`: given to functions that take one. */
export interface LambdaNode extends Part {
  readonly kind: 'lambda';
  /** `_` for one that the body does not want. */
  readonly parameters: readonly string[];
  readonly body: LambdaBody;
}

export type LambdaBody = { readonly value: ExpressionNode } | { readonly condition: ConditionNode };

export type ArgumentValueNode = ExpressionNode | FunctionNameNode | LambdaNode;

export type ConditionNode =
  | (Part & { readonly kind: 'and' | 'or'; readonly operands: readonly ConditionNode[] })
  | (Part & { readonly kind: 'not'; readonly operand: ConditionNode })
  | (Part & {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    })
  /** `true`, `false`, a converter or a path: whatever it gives must be a bool. */
  | (Part & { readonly kind: 'test'; readonly value: ExpressionNode });

export interface StatementNode {
  readonly editor: CallNode;
  readonly where: ConditionNode | undefined;
}
