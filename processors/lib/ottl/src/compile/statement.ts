import { CompileError, withText } from '../errors.ts';
import { parseConditionText, parseExpressionText, parseStatementText } from '../grammar/parse.ts';
import { positionText } from '../grammar/position-text.ts';
import { Compiler, type CompilerOptions } from './compiler.ts';
import type { Compiled, Cursor, Getter } from './getter.ts';

/** A statement ready to run on rows. */
export interface Statement<C> {
  readonly text: string;
  /** Whether the editor is to run; throws `EvaluationError`. */
  readonly where: Getter<C, boolean>;
  /** Runs the editor; throws `EvaluationError`. */
  readonly run: Getter<C>;
}

export interface Condition<C> {
  readonly text: string;
  readonly test: Getter<C, boolean>;
}

/** Throws `CompileError` whose message is the Collector's, with the statement in it. */
export function compileStatement<C extends Cursor>(
  options: CompilerOptions<C>,
  text: string,
): Statement<C> {
  return withText('statement', text, () => {
    const { editor, where } = parseStatementText(text);
    if (!/^[a-z]/.test(editor.name)) {
      throw new CompileError(
        `editor names must start with a lowercase letter but got '${editor.name}'`,
        editor.at,
      );
    }
    if (editor.keys.length > 0) {
      throw new CompileError(
        `only paths and converters may be indexed, not editors, but got ${editor.name}`,
        editor.at,
      );
    }
    const compiler = new Compiler(options);
    const run = compiler.call(editor).get;
    const test = where === undefined ? () => true : compiler.condition(where).test;
    return { text, where: test, run };
  });
}

/** The name of the editor that a statement calls. Throws `CompileError`. */
export function editorName(text: string): string {
  return withText('statement', text, () => parseStatementText(text).editor.name);
}

export function compileCondition<C extends Cursor>(
  options: CompilerOptions<C>,
  text: string,
): Condition<C> {
  return withText('condition', text, () => {
    const { test } = new Compiler(options).condition(parseConditionText(text));
    return { text, test };
  });
}

/** A value alone: a path, a converter, arithmetic. */
export function compileExpression<C extends Cursor>(
  options: CompilerOptions<C>,
  text: string,
): Compiled<C> {
  return withText('value expression', text, () =>
    new Compiler(options).expression(parseExpressionText(text)),
  );
}

/** Where an error is in its text, for the line below it; undefined when nobody knows. */
export function placeHint(text: string, { at }: CompileError): string | undefined {
  if (at === undefined) return undefined;
  const near = text.slice(at, at + 24).split('\n')[0];
  return `at ${positionText(text, at)}${near === '' ? ', at the end' : `, at ${near}`}`;
}
