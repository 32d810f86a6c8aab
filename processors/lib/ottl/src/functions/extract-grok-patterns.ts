import { GoRegexpError } from '@sonde/go-regexp';
import { quoteGo } from '@sonde/go-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { boolLike, parseFloat64 } from '../compile/typed-getters.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { Grok, type GrokMatch, type GrokSettings } from '../grok/grok.ts';
import { GrokError } from '../grok/grok-error.ts';
import type { Value, ValueMap } from '../value/value.ts';
import { converter } from './define.ts';

/** Expressions of one call that data brings and that are kept compiled. */
const EXPRESSIONS_KEPT_MAX = 64;
/** Of a definition of the wrong form so much is shown. */
const SHOWN_LENGTH_MAX = 20;
const NO_NAMES = 'at least 1 named capture group must be supplied in the given regex';

function definitionsOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>();
  for (const [index, text] of texts.entries()) {
    const equals = text.indexOf('=');
    if (equals < 0) {
      const shown =
        text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX - 3)}...` : text;
      throw new CompileError(
        `pattern ${quoteGo(shown)} supplied to ExtractGrokPatterns at index ${index} has incorrect format, expecting PATTERNNAME=pattern definition`,
      );
    }
    const name = text.slice(0, equals);
    if (name.includes(':')) {
      throw new CompileError(`pattern ID ${quoteGo(name)} should not contain ':'`);
    }
    definitions.set(name, text.slice(equals + 1));
  }
  return definitions;
}

function compile(
  expression: string,
  settings: GrokSettings,
  refuse: (text: string) => Error,
): Grok {
  let grok: Grok;
  try {
    grok = new Grok(expression, settings);
  } catch (error) {
    if (!(error instanceof GrokError || error instanceof GoRegexpError)) throw error;
    throw refuse(
      `the regex pattern supplied to ExtractGrokPatterns '${quoteGo(expression)}' is not a valid pattern: ${error.message}`,
    );
  }
  if (settings.namedCapturesOnly && !grok.hasNames) throw refuse(NO_NAMES);
  return grok;
}

function typedValue({ name, text, type }: GrokMatch): Value {
  switch (type) {
    case undefined:
    case 'string':
      return text;
    case 'int':
    case 'long':
      return integerOf(text);
    case 'float':
    case 'double':
      return parseFloat64(text);
    case 'bool':
    case 'boolean':
      return boolLike(text);
    default:
      throw new EvaluationError(
        `invalid type for ${name.replaceAll('.', '___')}: type not specified`,
      );
  }
}

/** Go's `strconv.Atoi`. */
function integerOf(text: string): bigint {
  const fault = (reason: string): EvaluationError =>
    new EvaluationError(`strconv.Atoi: parsing ${quoteGo(text)}: ${reason}`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw fault('invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) throw fault('value out of range');
  return value;
}

/** `ExtractGrokPatterns(target, pattern, namedCapturesOnly, patternDefinitions)`. */
export const extractGrokPatterns: FunctionDefinition = converter(
  'ExtractGrokPatterns',
  ['target', 'pattern', 'named_captures_only?', 'pattern_definitions?'],
  (args) => {
    const target = args.string('target');
    const { literal } = args.compiled('pattern');
    const pattern = args.string('pattern');
    const settings: GrokSettings = {
      namedCapturesOnly: args.has('named_captures_only') && args.literalBool('named_captures_only'),
      definitions: definitionsOf(
        args.has('pattern_definitions') ? args.literalStrings('pattern_definitions') : [],
      ),
    };
    const kept = new Map<string, Grok>();
    if (typeof literal === 'string') {
      kept.set(
        literal,
        compile(literal, settings, (text) => new CompileError(text)),
      );
    }
    return (cursor) => {
      const expression = pattern(cursor);
      let grok = kept.get(expression);
      if (grok === undefined) {
        grok = compile(expression, settings, (text) => new EvaluationError(text));
        if (kept.size >= EXPRESSIONS_KEPT_MAX) kept.clear();
        kept.set(expression, grok);
      }
      const found: ValueMap = new Map();
      for (const match of grok.match(target(cursor))) found.set(match.name, typedValue(match));
      return found;
    };
  },
);
