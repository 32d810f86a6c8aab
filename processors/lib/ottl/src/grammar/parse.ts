import { CompileError } from '../errors.ts';
import { parseCondition } from './parse-condition.ts';
import { parseCall, parseExpression } from './parse-expression.ts';
import type { ConditionNode, ExpressionNode, StatementNode } from './syntax-tree.ts';
import { TokenReader } from './token-reader.ts';

/** `editor(...) where condition`. Throws `CompileError`. */
export function parseStatementText(text: string): StatementNode {
  return withPrefix('statement', () => {
    const reader = new TokenReader(text, parseCondition);
    return reader.readAll(() => {
      const { kind } = reader.next;
      const isName = kind === 'lower' || kind === 'mixed' || kind === 'upper';
      if (!isName || !reader.isMark('(', 1)) throw reader.unexpected('an editor');
      const editor = parseCall(reader);
      const where = reader.skipWord('where') ? parseCondition(reader) : undefined;
      return { editor, where };
    });
  });
}

/** A condition alone. */
export function parseConditionText(text: string): ConditionNode {
  return withPrefix('condition', () => {
    const reader = new TokenReader(text, parseCondition);
    return reader.readAll(() => parseCondition(reader));
  });
}

/** A value alone: a converter, a path, arithmetic. */
export function parseExpressionText(text: string): ExpressionNode {
  return withPrefix('expression', () => {
    const reader = new TokenReader(text, parseCondition);
    return reader.readAll(() => parseExpression(reader));
  });
}

function withPrefix<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof CompileError ? error.within(`${what} has invalid syntax`) : error;
  }
}
