import { EvaluationError } from '../errors.ts';
import type { ConditionNode, ExpressionNode } from '../grammar/syntax-tree.ts';
import { type CompareOperator, compare } from '../value/compare.ts';
import { goType, type Value } from '../value/value.ts';
import { type Compiled, type Cursor, type Getter, highestLevel, Level } from './getter.ts';

interface Test<C> {
  readonly test: Getter<C, boolean>;
  readonly level: Level;
}

/** Compiles the values that conditions are made of. */
interface ExpressionCompiler<C> {
  expression(node: ExpressionNode): Compiled<C>;
}

/** A condition; one that looks at resources alone is answered once a resource. */
export function compileTest<C extends Cursor>(
  compiler: ExpressionCompiler<C>,
  node: ConditionNode,
): Compiled<C> & Test<C> {
  const { test, level } = compileNode(compiler, node);
  return { test, level, get: test };
}

function compileNode<C extends Cursor>(
  compiler: ExpressionCompiler<C>,
  node: ConditionNode,
): Test<C> {
  switch (node.kind) {
    case 'and':
    case 'or':
      return joined(
        node.kind,
        node.operands.map((operand) => compileNode(compiler, operand)),
      );
    case 'not': {
      const { test, level } = compileNode(compiler, node.operand);
      return { test: (cursor) => !test(cursor), level };
    }
    case 'compare': {
      const left = compiler.expression(node.left);
      const right = compiler.expression(node.right);
      const { operator } = node;
      const level = highestLevel([left, right]);
      return oncePerResource({
        test:
          testInPlace(left, right, operator) ??
          ((cursor) => compare(left.get(cursor), right.get(cursor), operator)),
        level,
      });
    }
    case 'test': {
      const { get, level } = compiler.expression(node.value);
      return oncePerResource({ test: (cursor) => asTruth(get(cursor)), level });
    }
  }
}

/** A comparison with a constant where the value lies; undefined for those that want the value. */
function testInPlace<C>(
  { get, inPlace }: Compiled<C>,
  { literal }: Compiled<C>,
  operator: CompareOperator,
): Getter<C, boolean> | undefined {
  if (inPlace === undefined) return undefined;
  if (typeof literal === 'string' && (operator === '==' || operator === '!=')) {
    const isText = inPlace.isText(literal);
    return operator === '==' ? isText : (cursor) => !isText(cursor);
  }
  const number = Number(literal);
  if (typeof literal !== 'bigint' || !Number.isSafeInteger(number)) return undefined;
  const { shortInteger } = inPlace;
  return (cursor) => {
    const short = shortInteger(cursor);
    return Number.isNaN(short)
      ? compare(get(cursor), literal, operator)
      : compare(short, number, operator);
  };
}

function joined<C extends Cursor>(kind: 'and' | 'or', tests: readonly Test<C>[]): Test<C> {
  const level = highestLevel(tests);
  const [first, second, ...others] = tests.map(({ test }) => test);
  if (first === undefined || second === undefined) return { test: first ?? (() => true), level };
  if (others.length === 0) {
    return kind === 'and'
      ? { test: (cursor) => first(cursor) && second(cursor), level }
      : { test: (cursor) => first(cursor) || second(cursor), level };
  }
  const all = [first, second, ...others];
  return kind === 'and'
    ? { test: (cursor) => all.every((test) => test(cursor)), level }
    : { test: (cursor) => all.some((test) => test(cursor)), level };
}

/** What is not a constant and not of a row is kept until the resource is another. */
function oncePerResource<C extends Cursor>({ test, level }: Test<C>): Test<C> {
  if (level !== Level.resource) return { test, level };
  let epoch = -1;
  let answer = false;
  return {
    level,
    test: (cursor) => {
      if (cursor.resourceEpoch !== epoch) {
        answer = test(cursor);
        epoch = cursor.resourceEpoch;
      }
      return answer;
    },
  };
}

/** The value of a bare condition. */
function asTruth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError(`value returned is not of type bool, but ${goType(value)}`);
}
