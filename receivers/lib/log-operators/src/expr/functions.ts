import { type EntryMap, type EntryValue, isMap, toEntryValue, typeName } from '../entry.ts';
import { OperatorError } from '../operator-error.ts';
import { valueToJson } from '../value-text.ts';
import { compare, isNumeric } from './operations.ts';

export type ExprFunction = (args: readonly EntryValue[]) => EntryValue;

export interface FunctionSpec {
  readonly argumentsMin: number;
  readonly argumentsMax: number;
  readonly call: ExprFunction;
}

/** The longest text or list that a function makes. */
const MADE_LENGTH_MAX = 1_000_000;

function text(name: string, value: EntryValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new OperatorError(`invalid argument for ${name} (type ${typeName(value)})`);
}

function numeric(name: string, value: EntryValue | undefined): bigint | number {
  if (value !== undefined && isNumeric(value)) return value;
  throw new OperatorError(`invalid argument for ${name} (type ${typeName(value)})`);
}

function ofText(name: string, make: (text: string) => EntryValue): [string, FunctionSpec] {
  return [name, { argumentsMin: 1, argumentsMax: 1, call: ([a]) => make(text(name, a)) }];
}

function ofTexts(
  name: string,
  counts: readonly [number, number],
  make: (texts: readonly string[]) => EntryValue,
): [string, FunctionSpec] {
  const [argumentsMin, argumentsMax] = counts;
  const call: ExprFunction = (args) => make(args.map((value) => text(name, value)));
  return [name, { argumentsMin, argumentsMax, call }];
}

function ofNumber(
  name: string,
  make: (value: bigint | number) => EntryValue,
): [string, FunctionSpec] {
  return [name, { argumentsMin: 1, argumentsMax: 1, call: ([a]) => make(numeric(name, a)) }];
}

function any(
  name: string,
  counts: readonly [number, number],
  call: ExprFunction,
): [string, FunctionSpec] {
  return [name, { argumentsMin: counts[0], argumentsMax: counts[1], call }];
}

function length(value: EntryValue | undefined): EntryValue {
  if (typeof value === 'string') return BigInt([...value].length);
  if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  throw new OperatorError(`invalid argument for len (type ${typeName(value)})`);
}

function toInteger(value: EntryValue | undefined): EntryValue {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^[-+]?[0-9]{1,19}$/.test(value)) return BigInt(value);
  throw new OperatorError(`invalid operation: int(${typeName(value)})`);
}

function toDouble(value: EntryValue | undefined): EntryValue {
  if (value !== undefined && isNumeric(value)) return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  throw new OperatorError(`invalid operation: float(${typeName(value)})`);
}

function toText(value: EntryValue | undefined): EntryValue {
  if (value === undefined || value === null) return '<nil>';
  return typeof value === 'string' ? value : valueToJson(value);
}

function parseJson(json: string): EntryValue {
  try {
    return toEntryValue(JSON.parse(json), { ints: false });
  } catch {
    throw new OperatorError('fromJSON: not valid JSON');
  }
}

function extreme(name: string, sign: 1 | -1): [string, FunctionSpec] {
  return any(name, [1, 100], (args) => {
    const [first] = args;
    const values = args.length === 1 && Array.isArray(first) ? first : args;
    return values.reduce((best, value) => (compare(name, value, best) * sign > 0 ? value : best));
  });
}

function repeat([value = '', count = 0n]: readonly EntryValue[]): EntryValue {
  const times = Number(numeric('repeat', count));
  const part = text('repeat', value);
  if (times < 0 || times * part.length > MADE_LENGTH_MAX) {
    throw new OperatorError(`memory budget exceeded: repeat(${times})`);
  }
  return part.repeat(times);
}

function split([whole = '', by = '', most = -1n]: readonly EntryValue[]): EntryValue {
  const parts = text('split', whole).split(text('split', by));
  const limit = Number(numeric('split', most));
  if (limit < 0 || parts.length <= limit) return parts;
  const separator = text('split', by);
  return limit === 0 ? [] : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function join([list = [], by = '']: readonly EntryValue[]): EntryValue {
  if (!Array.isArray(list)) throw new OperatorError(`cannot join ${typeName(list)}`);
  return list.map((element) => text('join', element)).join(text('join', by));
}

function mapOf(name: string, value: EntryValue | undefined): EntryMap {
  if (isMap(value)) return value;
  throw new OperatorError(`cannot get ${name} from ${typeName(value)}`);
}

function trim(
  cut: string,
  { start, end }: { start: boolean; end: boolean },
  whole: string,
): string {
  let from = 0;
  let to = whole.length;
  while (start && from < to && cut.includes(whole[from] ?? '')) from++;
  while (end && to > from && cut.includes(whole[to - 1] ?? '')) to--;
  return whole.slice(from, to);
}

const SPACES = ' \t\r\n\v\f';

/** `env("HOME")`: the environment, as upstream. */
function environment([name = '']: readonly string[]): EntryValue {
  return process.env[name] ?? '';
}

/** The functions of expr-lang that are supported, by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map([
  any('len', [1, 1], ([value]) => length(value)),
  ofText('lower', (value) => value.toLowerCase()),
  ofText('upper', (value) => value.toUpperCase()),
  ofTexts('trim', [1, 2], ([whole = '', cut = SPACES]) =>
    trim(cut, { start: true, end: true }, whole),
  ),
  ofTexts('trimPrefix', [1, 2], ([whole = '', prefix = ' ']) =>
    prefix !== '' && whole.startsWith(prefix) ? whole.slice(prefix.length) : whole,
  ),
  ofTexts('trimSuffix', [1, 2], ([whole = '', suffix = ' ']) =>
    suffix !== '' && whole.endsWith(suffix) ? whole.slice(0, -suffix.length) : whole,
  ),
  ofTexts('hasPrefix', [2, 2], ([whole = '', part = '']) => whole.startsWith(part)),
  ofTexts('hasSuffix', [2, 2], ([whole = '', part = '']) => whole.endsWith(part)),
  ofTexts('indexOf', [2, 2], ([whole = '', part = '']) => BigInt(whole.indexOf(part))),
  ofTexts('lastIndexOf', [2, 2], ([whole = '', part = '']) => BigInt(whole.lastIndexOf(part))),
  ofTexts('replace', [3, 3], ([whole = '', from = '', to = '']) => whole.split(from).join(to)),
  any('split', [2, 3], split),
  any('join', [1, 2], join),
  any('repeat', [2, 2], repeat),
  any('int', [1, 1], ([value]) => toInteger(value)),
  any('float', [1, 1], ([value]) => toDouble(value)),
  any('string', [1, 1], ([value]) => toText(value)),
  any('type', [1, 1], ([value]) => exprType(value)),
  ofNumber('abs', (value) => (value < 0 ? -value : value)),
  ofNumber('ceil', (value) => Math.ceil(Number(value))),
  ofNumber('floor', (value) => Math.floor(Number(value))),
  ofNumber('round', (value) => Math.round(Number(value))),
  extreme('max', 1),
  extreme('min', -1),
  any('first', [1, 1], ([list]) => (Array.isArray(list) ? (list[0] ?? null) : null)),
  any('last', [1, 1], ([list]) => (Array.isArray(list) ? (list.at(-1) ?? null) : null)),
  any('keys', [1, 1], ([map]) => [...mapOf('keys', map).keys()]),
  any('values', [1, 1], ([map]) => [...mapOf('values', map).values()]),
  any('toJSON', [1, 1], ([value]) => valueToJson(value ?? null)),
  ofText('fromJSON', parseJson),
  ofTexts('env', [1, 1], environment),
]);

function exprType(value: EntryValue | undefined): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value) || value instanceof Uint8Array) return 'array';
  if (isMap(value)) return 'map';
  const name = typeName(value);
  return name === 'int64' ? 'int' : name === 'float64' ? 'float' : name;
}
