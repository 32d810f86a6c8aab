/** What stands at a place of a timestamp. */
export type TimeField =
  | 'year4'
  | 'year2'
  | 'month2'
  | 'month'
  | 'monthSpace'
  | 'monthShort'
  | 'monthLong'
  | 'day2'
  | 'day'
  | 'daySpace'
  | 'yearDay'
  | 'weekdayShort'
  | 'weekdayLong'
  | 'hour24'
  | 'hour12Two'
  | 'hour12'
  | 'halfDay'
  | 'minute2'
  | 'minute'
  | 'second2'
  | 'second'
  | 'fraction'
  | 'zoneName'
  | 'zoneOffset';

/** A field, or text that must stand there. */
export type TimePart =
  | { readonly field: TimeField; readonly text: '' }
  | { readonly field: undefined; readonly text: string };

/** A layout that cannot be one. */
export class TimeLayoutError extends Error {}

const STRPTIME: ReadonlyMap<string, TimeField> = new Map([
  ['Y', 'year4'],
  ['y', 'year2'],
  ['m', 'month2'],
  ['o', 'monthSpace'],
  ['q', 'month'],
  ['b', 'monthShort'],
  ['h', 'monthShort'],
  ['B', 'monthLong'],
  ['d', 'day2'],
  ['e', 'daySpace'],
  ['g', 'day'],
  ['a', 'weekdayShort'],
  ['A', 'weekdayLong'],
  ['H', 'hour24'],
  ['I', 'hour12'],
  ['l', 'hour12Two'],
  ['p', 'halfDay'],
  ['P', 'halfDay'],
  ['M', 'minute2'],
  ['S', 'second2'],
  ['L', 'fraction'],
  ['f', 'fraction'],
  ['s', 'fraction'],
  ['Z', 'zoneName'],
  ['z', 'zoneOffset'],
  ['w', 'zoneOffset'],
  ['i', 'zoneOffset'],
  ['j', 'zoneOffset'],
  ['k', 'zoneOffset'],
]);
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['D', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['r', '%l:%M:%S %p'],
  ['c', '%a %b %d %H:%M:%S %Y'],
  ['R', '%H:%M'],
  ['x', '%m/%d/%Y'],
  ['X', '%H:%M:%S'],
]);
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['%', '%'],
]);
const DIRECTIVE = /%([\s\S]?)/g;

/** A layout of `strptime`, with upstream's directives. Throws `TimeLayoutError`. */
export function strptimeLayout(layout: string): readonly TimePart[] {
  const long = layout.replace(DIRECTIVE, (whole, code: string) => SHORTHANDS.get(code) ?? whole);
  const parts: TimePart[] = [];
  let end = 0;
  for (const match of long.matchAll(DIRECTIVE)) {
    const [whole, code = ''] = match;
    if (match.index > end) parts.push(literal(long.slice(end, match.index)));
    end = match.index + whole.length;
    const field = STRPTIME.get(code);
    const text = TEXTS.get(code);
    if (field !== undefined) parts.push({ field, text: '' });
    else if (text !== undefined) parts.push(literal(text));
    else throw new TimeLayoutError(`invalid strptime layout: unsupported directive: %${code}`);
  }
  if (end < long.length) parts.push(literal(long.slice(end)));
  return joinLiterals(parts);
}

const GOTIME: readonly (readonly [string, TimeField])[] = [
  ['January', 'monthLong'],
  ['Jan', 'monthShort'],
  ['Monday', 'weekdayLong'],
  ['Mon', 'weekdayShort'],
  ['MST', 'zoneName'],
  ['2006', 'year4'],
  ['002', 'yearDay'],
  ['01', 'month2'],
  ['02', 'day2'],
  ['03', 'hour12Two'],
  ['04', 'minute2'],
  ['05', 'second2'],
  ['06', 'year2'],
  ['_2', 'daySpace'],
  ['15', 'hour24'],
  ['PM', 'halfDay'],
  ['pm', 'halfDay'],
  ['-07:00:00', 'zoneOffset'],
  ['-070000', 'zoneOffset'],
  ['-07:00', 'zoneOffset'],
  ['-0700', 'zoneOffset'],
  ['-07', 'zoneOffset'],
  ['Z07:00:00', 'zoneOffset'],
  ['Z070000', 'zoneOffset'],
  ['Z07:00', 'zoneOffset'],
  ['Z0700', 'zoneOffset'],
  ['Z07', 'zoneOffset'],
  ['1', 'month'],
  ['2', 'day'],
  ['3', 'hour12'],
  ['4', 'minute'],
  ['5', 'second'],
];
const GO_FRACTION = /[.,](?:0+|9+)(?![0-9])/y;

/** A layout of Go's `time`. Throws `TimeLayoutError` for one without a field. */
export function gotimeLayout(layout: string): readonly TimePart[] {
  const parts: TimePart[] = [];
  let text = '';
  for (let at = 0; at < layout.length; ) {
    const found = goFieldAt(layout, at);
    if (found === undefined) {
      text += layout[at] ?? '';
      at++;
      continue;
    }
    if (found.field === 'fraction') text += layout[at] ?? '';
    if (text !== '') parts.push(literal(text));
    text = '';
    parts.push({ field: found.field, text: '' });
    at += found.length;
  }
  if (text !== '') parts.push(literal(text));
  if (!parts.some(({ field }) => field !== undefined)) {
    throw new TimeLayoutError(`invalid gotime layout: no field in ${JSON.stringify(layout)}`);
  }
  return parts;
}

function goFieldAt(
  layout: string,
  at: number,
): { readonly field: TimeField; readonly length: number } | undefined {
  GO_FRACTION.lastIndex = at;
  const fraction = GO_FRACTION.exec(layout)?.[0];
  if (fraction !== undefined) return { field: 'fraction', length: fraction.length };
  for (const [text, field] of GOTIME) {
    if (layout.startsWith(text, at)) return { field, length: text.length };
  }
  return undefined;
}

function literal(text: string): TimePart {
  return { field: undefined, text };
}

function joinLiterals(parts: readonly TimePart[]): readonly TimePart[] {
  const joined: TimePart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && last.field === undefined && part.field === undefined) {
      joined[joined.length - 1] = literal(last.text + part.text);
    } else {
      joined.push(part);
    }
  }
  return joined;
}
