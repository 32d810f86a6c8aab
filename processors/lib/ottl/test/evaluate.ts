import type { ContextDefinition, PathKey } from '../src/compile/context.ts';
import { functionRegistry } from '../src/compile/function-definition.ts';
import { type Accessor, type Cursor, Level } from '../src/compile/getter.ts';
import { member, withMember } from '../src/compile/index-value.ts';
import { compileCondition, compileExpression } from '../src/compile/statement.ts';
import { CONVERTERS } from '../src/functions/index.ts';
import type { Value } from '../src/value/value.ts';

/** A row that is nothing but attributes, held as plain values: to try functions through the compiler. */
export class VariableCursor implements Cursor {
  resourceEpoch = 0;
  attributes: Value;

  constructor(attributes: Readonly<Record<string, Value>> = {}) {
    this.attributes = new Map(Object.entries(attributes));
  }
}

function attributePath(keys: readonly PathKey<VariableCursor>[]): Accessor<VariableCursor> {
  return {
    level: Level.row,
    get: (cursor) => {
      let value = cursor.attributes;
      for (const key of keys) value = member(value, key.get(cursor));
      return value;
    },
    set: (cursor, value) => {
      const names = keys.map((key) => key.get(cursor));
      cursor.attributes = withMember(cursor.attributes, names, value);
    },
  };
}

export const VARIABLES: ContextDefinition<VariableCursor> = {
  name: 'log',
  paths: { log: { attributes: { keyed: attributePath } } },
  enums: new Map([['SEVERITY_NUMBER_WARN', 13n]]),
};

const OPTIONS = { context: VARIABLES, functions: functionRegistry<VariableCursor>(CONVERTERS) };

/** The value of an expression; `attributes["x"]` is `variables.x`. */
export function evaluate(text: string, variables: Readonly<Record<string, Value>> = {}): Value {
  return compileExpression(OPTIONS, text).get(new VariableCursor(variables));
}

/** Whether a condition holds. */
export function holds(text: string, variables: Readonly<Record<string, Value>> = {}): boolean {
  return compileCondition(OPTIONS, text).test(new VariableCursor(variables));
}
