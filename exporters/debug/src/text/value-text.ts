import type { OtlpMessage } from '@sonde/proto';

/** Values within values that are shown; deeper ones are `...`. */
const DEPTH_MAX = 32;

/** Go's names of the types of values. */
const KINDS: Readonly<Record<string, string>> = {
  stringValue: 'Str',
  boolValue: 'Bool',
  intValue: 'Int',
  doubleValue: 'Double',
  arrayValue: 'Slice',
  kvlistValue: 'Map',
  bytesValue: 'Bytes',
};

/** `Str(shop)`, `Int(5)`, `Slice(["x",1])`, `Empty()`. */
export function typedValue(value: OtlpMessage | undefined): string {
  const [member = ''] = value?.fields.keys() ?? [];
  return `${KINDS[member] ?? 'Empty'}(${plainValue(value)})`;
}

/** The value alone: lists and maps as JSON with sorted keys, bytes in base64, nothing as nothing. */
export function plainValue(value: OtlpMessage | undefined): string {
  if (value === undefined || value.fields.size === 0) return '';
  if (value.has('stringValue')) return oneLine(value.text('stringValue'));
  if (value.has('bytesValue')) return Buffer.from(value.bytes('bytesValue')).toString('base64');
  if (value.has('doubleValue')) return String(value.double('doubleValue'));
  return json(value, 0);
}

function json(value: OtlpMessage, depth: number): string {
  if (depth > DEPTH_MAX) return '"..."';
  if (value.has('intValue')) return value.integer('intValue').toString();
  if (value.has('boolValue')) return String(value.flag('boolValue'));
  if (value.has('doubleValue')) return doubleJson(value.double('doubleValue'));
  if (value.has('stringValue')) return quoted(value.text('stringValue'));
  if (value.has('bytesValue')) {
    return quoted(Buffer.from(value.bytes('bytesValue')).toString('base64'));
  }
  if (value.has('arrayValue')) {
    const values = value.message('arrayValue')?.messages('values') ?? [];
    return `[${values.map((each) => json(each, depth + 1)).join(',')}]`;
  }
  if (value.has('kvlistValue')) return mapJson(value.message('kvlistValue'), depth);
  return 'null';
}

/** Of a key that comes twice the last counts. */
function mapJson(list: OtlpMessage | undefined, depth: number): string {
  const members = new Map<string, string>();
  for (const pair of list?.messages('values') ?? []) {
    const value = pair.message('value');
    members.set(pair.text('key'), value === undefined ? 'null' : json(value, depth + 1));
  }
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, text]) => `${quoted(key)}:${text}`).join(',')}}`;
}

/** JSON has no such numbers. */
function doubleJson(value: number): string {
  return Number.isFinite(value) ? String(value) : quoted(String(value));
}

/** As Go writes JSON: safe within HTML. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text from outside may not begin a line of its own, nor move the cursor. */
export function oneLine(text: string): string {
  return [...text].map(visible).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 32 && code !== 127) return character;
  return ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
}
