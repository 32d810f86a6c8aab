import { trimSpace } from '@sonde/go-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError } from '../errors.ts';
import { converter, ofString } from './define.ts';

const ASCII = /^[\x20-\x7e]*$/;

/** Go maps one character to one: "ß" stays, "İ" becomes "i". */
function perCharacter(text: string, convert: (character: string) => string): string {
  if (ASCII.test(text)) return convert(text);
  let converted = '';
  for (const character of text) {
    const one = convert(character);
    const isOne = one.length <= character.length;
    converted += isOne ? one : character === 'İ' ? 'i' : character;
  }
  return converted;
}

export function lowerCase(text: string): string {
  return perCharacter(text, (character) => character.toLowerCase());
}

export function upperCase(text: string): string {
  return perCharacter(text, (character) => character.toUpperCase());
}

type Shape = 'upper' | 'lower' | 'digit' | 'other';

function shapeOf(character: string): Shape {
  if (character >= 'A' && character <= 'Z') return 'upper';
  if (character >= 'a' && character <= 'z') return 'lower';
  return character >= '0' && character <= '9' ? 'digit' : 'other';
}

function isSeparator(character: string): boolean {
  return character === '_' || character === ' ' || character === '-' || character === '.';
}

/**
 * `HTTPServer2` as `http_server_2`: a new word where case or digits begin, acronyms are one word.
 * Source: the library `strcase` of the Collector; it works on ASCII.
 */
export function snakeCase(text: string): string {
  const trimmed = trimSpace(text);
  let snake = '';
  for (let at = 0; at < trimmed.length; at++) {
    const character = trimmed.charAt(at);
    const shape = shapeOf(character);
    const next = at + 1 < trimmed.length ? shapeOf(trimmed.charAt(at + 1)) : 'other';
    if (isSeparator(character)) {
      snake += '_';
      continue;
    }
    const lowered = shape === 'upper' ? character.toLowerCase() : character;
    const previous = at > 0 ? shapeOf(trimmed.charAt(at - 1)) : 'other';
    const startsWord = shape === 'upper' && next === 'lower' && previous === 'upper';
    snake += (startsWord ? '_' : '') + lowered + (endsWord(shape, next) ? '_' : '');
  }
  return snake;
}

function endsWord(shape: Shape, next: Shape): boolean {
  if (shape === 'other' || next === 'other' || shape === next) return false;
  return !(shape === 'upper' && next === 'lower');
}

/** `my_metric_name` as `MyMetricName`; of several capitals in a row the first stays one. */
export function camelCase(text: string): string {
  const trimmed = trimSpace(text);
  let camel = '';
  let startsWord = true;
  let wasUpper = false;
  for (const character of trimmed) {
    const shape = shapeOf(character);
    const lowers = shape === 'upper' && wasUpper && !startsWord;
    wasUpper = shape === 'upper';
    if (shape === 'other') {
      startsWord = isSeparator(character);
      continue;
    }
    if (startsWord) camel += shape === 'lower' ? character.toUpperCase() : character;
    else camel += lowers ? character.toLowerCase() : character;
    startsWord = shape === 'digit';
  }
  return camel;
}

const CASES = new Map<string, (text: string) => string>([
  ['lower', lowerCase],
  ['upper', upperCase],
  ['snake', snakeCase],
  ['camel', camelCase],
]);

const convertCase = converter('ConvertCase', ['target', 'to_case'], (args) => {
  const target = args.string('target');
  const name = args.literalString('to_case');
  const convert = CASES.get(name);
  if (convert === undefined) {
    throw new CompileError(`invalid case: ${name}, allowed cases are: lower, upper, snake, camel`);
  }
  return (cursor) => convert(target(cursor));
});

export const LETTER_CASES: readonly FunctionDefinition[] = [
  ofString('ToLowerCase', lowerCase),
  ofString('ToUpperCase', upperCase),
  ofString('ToSnakeCase', snakeCase),
  ofString('ToCamelCase', camelCase),
  convertCase,
];
