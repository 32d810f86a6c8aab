import type { MathOperator } from '../value/arithmetic.ts';
import { positionText } from './position-text.ts';
import type {
  ArgumentNode,
  ArgumentValueNode,
  CallNode,
  ExpressionNode,
  FieldNode,
  LambdaNode,
  ListNode,
  LiteralNode,
  MapNode,
  PathNode,
} from './syntax-tree.ts';
import type { Token } from './token.ts';
import { FinalError, type TokenReader } from './token-reader.ts';
import { unquote } from './unquote.ts';

const INT64_LIMIT = 1n << 63n;
/** What a number may be when a minus stands before it. */
const NEGATIVE_LIMIT = INT64_LIMIT + 1n;
const KEYWORDS: ReadonlySet<string> = new Set(['not', 'and', 'or', 'where']);

/** Anything that has a value. */
export function parseExpression(reader: TokenReader): ExpressionNode {
  return reader.nested(() => parseSimple(reader) ?? parseSum(reader));
}

/** What takes no part in arithmetic. */
function parseSimple(reader: TokenReader): ExpressionNode | undefined {
  const { kind, text, at } = reader.next;
  if (kind === 'string') return { kind: 'literal', value: parseString(reader), at };
  if (kind === 'bytes') return parseBytes(reader);
  if (kind === 'upper' && !reader.isMark('(', 1)) {
    reader.take();
    return { kind: 'enum', name: text, at };
  }
  if (reader.skipWord('nil')) return { kind: 'literal', value: null, at };
  if (reader.skipWord('true')) return { kind: 'literal', value: true, at };
  if (reader.skipWord('false')) return { kind: 'literal', value: false, at };
  if (reader.isMark('[')) return parseList(reader);
  return reader.isMark('{') ? parseMap(reader) : undefined;
}

export function parseString(reader: TokenReader): string {
  const { text, at } = reader.expect('string', '<string>');
  const value = unquote(text);
  if (value !== undefined) return value;
  const where = positionText(reader.text, at);
  throw new FinalError(
    `${where}: invalid quoted string ${JSON.stringify(text)}: invalid syntax`,
    at,
  );
}

function parseBytes(reader: TokenReader): LiteralNode {
  const { text, at } = reader.take();
  const hex = text.slice(2);
  if (hex.length % 2 !== 0) {
    const where = positionText(reader.text, at);
    throw new FinalError(`${where}: encoding/hex: odd length hex string`, at);
  }
  return { kind: 'literal', value: Uint8Array.from(Buffer.from(hex, 'hex')), at };
}

function parseList(reader: TokenReader): ListNode {
  const { at } = reader.expectMark('[');
  const items: ExpressionNode[] = [];
  while (!reader.skipMark(']')) {
    if (items.length > 0) reader.expectMark(',');
    items.push(parseExpression(reader));
  }
  return { kind: 'list', items, at };
}

function parseMap(reader: TokenReader): MapNode {
  const { at } = reader.expectMark('{');
  const entries: { key: string; value: ExpressionNode }[] = [];
  while (!reader.skipMark('}')) {
    const key = parseString(reader);
    reader.expectMark(':');
    entries.push({ key, value: parseExpression(reader) });
    reader.skipMark(',');
  }
  return { kind: 'map', entries, at };
}

function parseSum(reader: TokenReader): ExpressionNode {
  let left = parseProduct(reader);
  for (;;) {
    const operator = operatorOf(reader.next, '+', '-');
    if (operator === undefined) return left;
    const { at } = reader.take();
    left = { kind: 'math', operator, left, right: parseProduct(reader), at };
  }
}

function parseProduct(reader: TokenReader): ExpressionNode {
  let left = parseFactor(reader);
  for (;;) {
    const operator = operatorOf(reader.next, '*', '/');
    if (operator === undefined) return left;
    const { at } = reader.take();
    left = { kind: 'math', operator, left, right: parseFactor(reader), at };
  }
}

function operatorOf(token: Token, ...operators: readonly MathOperator[]): MathOperator | undefined {
  return token.kind === 'mark' ? operators.find((one) => one === token.text) : undefined;
}

function parseFactor(reader: TokenReader): ExpressionNode {
  const { at } = reader.next;
  if (reader.skipMark('-')) {
    if (reader.next.kind === 'int') {
      return { kind: 'literal', value: -parseInteger(reader, NEGATIVE_LIMIT), at };
    }
    if (reader.next.kind === 'float') {
      return { kind: 'literal', value: -Number(reader.take().text), at };
    }
    return { kind: 'negate', operand: parseAtom(reader), at };
  }
  reader.skipMark('+');
  return parseAtom(reader);
}

function parseAtom(reader: TokenReader): ExpressionNode {
  const { kind, at, text } = reader.next;
  if (reader.skipMark('(')) {
    const inner = reader.nested(() => parseSum(reader));
    reader.expectMark(')');
    return inner;
  }
  if (kind === 'int') return { kind: 'literal', value: parseInteger(reader, INT64_LIMIT), at };
  if (kind === 'float') return { kind: 'literal', value: Number(reader.take().text), at };
  if (isName(reader.next) && reader.isMark('(', 1)) return parseCall(reader);
  if (kind === 'lower' && !KEYWORDS.has(text)) return parsePath(reader);
  throw reader.unexpected('a value');
}

function parseInteger(reader: TokenReader, limit: bigint): bigint {
  const { text, at } = reader.expect('int', '<int>');
  const value = BigInt(text);
  if (value < limit) return value;
  const where = positionText(reader.text, at);
  throw new FinalError(`${where}: strconv.ParseInt: parsing "${text}": value out of range`, at);
}

function isName({ kind, text }: Token): boolean {
  return kind === 'upper' || kind === 'mixed' || (kind === 'lower' && !KEYWORDS.has(text));
}

export function parseCall(reader: TokenReader): CallNode {
  const { text, at } = reader.take();
  reader.expectMark('(');
  const args: ArgumentNode[] = [];
  while (!reader.skipMark(')')) {
    if (args.length > 0) reader.expectMark(',');
    args.push(parseArgument(reader));
  }
  return { kind: 'call', name: text, arguments: args, keys: parseKeys(reader), at };
}

function parseArgument(reader: TokenReader): ArgumentNode {
  const { at, text } = reader.next;
  if (isName(reader.next) && reader.isMark('=', 1)) {
    reader.take();
    reader.take();
    return { name: text, value: parseArgumentValue(reader), at };
  }
  return { name: '', value: parseArgumentValue(reader), at };
}

function parseArgumentValue(reader: TokenReader): ArgumentValueNode {
  const { kind, text, at } = reader.next;
  if (isLambda(reader)) return parseLambda(reader);
  if (kind !== 'mixed' || reader.isMark('(', 1) || !/^[A-Z]/.test(text)) {
    return parseExpression(reader);
  }
  reader.take();
  return { kind: 'function name', name: text, at };
}

/** Parentheses around names, and an arrow behind them. */
function isLambda(reader: TokenReader): boolean {
  if (!reader.isMark('(')) return false;
  let ahead = 1;
  while (reader.peek(ahead).kind === 'lower' || reader.isMark('_', ahead)) {
    ahead += reader.isMark(',', ahead + 1) ? 2 : 1;
  }
  return reader.isMark(')', ahead) && reader.isMark('=>', ahead + 1);
}

function parseLambda(reader: TokenReader): LambdaNode {
  const { at } = reader.expectMark('(');
  const parameters: string[] = [];
  while (!reader.skipMark(')')) {
    if (parameters.length > 0) reader.expectMark(',');
    parameters.push(reader.take().text);
  }
  reader.expectMark('=>');
  if (isLambda(reader)) {
    const text = 'lambda body cannot result into another lambda expression';
    throw new FinalError(text, reader.next.at);
  }
  const value = reader.attempt(() => parseLambdaValue(reader));
  const body = value === undefined ? { condition: reader.condition() } : { value };
  return { kind: 'lambda', parameters, body, at };
}

/** A value that no condition goes on behind. */
function parseLambdaValue(reader: TokenReader): ExpressionNode {
  const value = parseExpression(reader);
  if (reader.isMark(',') || reader.isMark(')')) return value;
  throw reader.unexpected('")"');
}

function parsePath(reader: TokenReader): PathNode {
  const { at } = reader.next;
  const fields = [parseField(reader)];
  while (reader.skipMark('.')) fields.push(parseField(reader));
  return { kind: 'path', fields, text: fields.map(fieldText).join('.'), at };
}

/** As error texts have it: string keys without quotes, expressions left out. */
function fieldText({ name, keys }: FieldNode): string {
  const texts = keys.map((key) => {
    const isPlain = key.kind === 'literal' && /^(?:string|bigint)$/.test(typeof key.value);
    return `[${isPlain ? key.value : ''}]`;
  });
  return name + texts.join('');
}

function parseField(reader: TokenReader): FieldNode {
  const { text, at } = reader.expect('lower', '<lowercase>');
  return { name: text, keys: parseKeys(reader), at };
}

function parseKeys(reader: TokenReader): ExpressionNode[] {
  const keys: ExpressionNode[] = [];
  while (reader.skipMark('[')) {
    keys.push(parseExpression(reader));
    reader.expectMark(']');
  }
  return keys;
}
