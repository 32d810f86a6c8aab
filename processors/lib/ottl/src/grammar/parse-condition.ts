import { CompileError } from '../errors.ts';
import type { CompareOperator } from '../value/compare.ts';
import { parseExpression } from './parse-expression.ts';
import type { ConditionNode, ExpressionNode } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';

const OPERATORS: readonly CompareOperator[] = ['==', '!=', '<', '<=', '>', '>='];

/** `not` binds closest, then `and`, then `or`. */
export function parseCondition(reader: TokenReader): ConditionNode {
  return reader.nested(() => parseJoined(reader, 'or', () => parseJoined(reader, 'and', parseNot)));
}

function parseJoined(
  reader: TokenReader,
  kind: 'and' | 'or',
  parse: (reader: TokenReader) => ConditionNode,
): ConditionNode {
  const { at } = reader.next;
  const first = parse(reader);
  const operands = [first];
  while (reader.skipWord(kind)) operands.push(parse(reader));
  return operands.length === 1 ? first : { kind, operands, at };
}

function parseNot(reader: TokenReader): ConditionNode {
  const { at } = reader.next;
  if (reader.skipWord('not')) return { kind: 'not', operand: parseBoolean(reader), at };
  return parseBoolean(reader);
}

/** A comparison, something that is a bool by itself, or a condition in parentheses. */
function parseBoolean(reader: TokenReader): ConditionNode {
  const comparison = reader.attempt(() => parseComparison(reader));
  if (comparison !== undefined) return comparison;
  const { at } = reader.next;
  if (reader.skipMark('(')) {
    const inner = parseCondition(reader);
    reader.expectMark(')');
    return inner;
  }
  const value = parseExpression(reader);
  if (isTest(value)) return { kind: 'test', value, at };
  throw reader.unexpected('a comparison');
}

function parseComparison(reader: TokenReader): ConditionNode {
  const { at } = reader.next;
  const left = parseExpression(reader);
  const operator = OPERATORS.find((one) => reader.isMark(one));
  if (operator === undefined) throw reader.unexpected('a comparison');
  reader.take();
  return { kind: 'compare', operator, left, right: parseExpression(reader), at };
}

function isTest(node: ExpressionNode): boolean {
  if (node.kind === 'literal') return typeof node.value === 'boolean';
  return node.kind === 'call' || node.kind === 'path';
}

/** Refuses calls of editors where a value is wanted, in the Collector's words. */
export function editorAsValue(name: string, at: number): CompileError {
  return new CompileError(
    `converter names must start with an uppercase letter but got '${name}'`,
    at,
  );
}
