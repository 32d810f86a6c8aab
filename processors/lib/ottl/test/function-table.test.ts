import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONVERTERS } from '../src/functions/index.ts';
import { SPANS } from '../src/program/ottl-context.ts';
import { readCases } from './converter-cases.ts';

/** Converters of the Collector 0.161: `ottlfuncs` and the transform processor's context of spans. */
const UPSTREAM =
  'All Any Base64Encode Bool Coalesce CommunityID Concat ContainsValue ConvertAttributesToElementsXML ' +
  'ConvertCase ConvertTextToElementsXML Day Decode Double Duration ExtractGrokPatterns ExtractPatterns ' +
  'Filter Find FNV Format FormatTime GetXML HasPrefix HasSuffix Hex Hour Hours Index InsertXML Int IsBool ' +
  'IsDouble IsEmpty IsInCIDR IsInt IsList IsMap IsMatch IsRootSpan IsString IsValidLuhn Keys Len Log ' +
  'MapEach MapKeys MD5 Microseconds Milliseconds Minute Minutes Month Murmur3Hash Murmur3Hash128 ' +
  'Nanosecond Nanoseconds Now ParseCSV ParseInt ParseJSON ParseKeyValue ParseSeverity ParseSimplifiedXML ' +
  'ParseXML ProfileID Reduce RemoveXML Second Seconds SHA1 SHA256 SHA512 SliceToMap Sort SpanID Split ' +
  'String Substring Time ToCamelCase ToKeyValueString ToLowerCase ToSnakeCase ToUpperCase TraceID Trim ' +
  'TrimPrefix TrimSuffix TruncateTime Unix UnixMicro UnixMilli UnixNano UnixSeconds URL UserAgent UUID ' +
  'UUIDv7 Values Weekday When XXH128 XXH3 Year';

interface TableRow {
  readonly name: string;
  readonly state: string;
  readonly pure: string;
}

/** The table under "## Functions". */
function table(): TableRow[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.slice(
    readme.indexOf('## Functions'),
    readme.indexOf('### Where they differ'),
  );
  return [...section.matchAll(/^\| (\w+) \| (yes|no) \| ([^|]*) \| /gm)].map(
    ([, name = '', state = '', pure = '']) => ({ name, state, pure: pure.trim() }),
  );
}

describe('The table of converters in the README', () => {
  const rows = table();
  const functions = new Map(SPANS.functions);

  it('names every converter of the Collector', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(UPSTREAM.split(' ').sort());
  });

  it('says truly which of them there are', () => {
    const there = rows.filter(({ state }) => state === 'yes').map(({ name }) => name);
    const converters = [...functions.keys()].filter((name) => /^[A-Z]/.test(name));
    expect(there.sort()).toEqual(converters.sort());
  });

  it('says truly which of them are pure', () => {
    for (const { name, state, pure } of rows) {
      if (state === 'yes')
        expect([name, functions.get(name)?.pure]).toEqual([name, pure === 'yes']);
    }
  });

  it('speaks of functions that are tried: each stands in a case or in a test of the clock', () => {
    const families = [
      'bytes',
      'conversions',
      'format',
      'text',
      'times',
      'parse',
      'grok',
      'xml',
      'agent',
      'lambdas',
    ];
    const statements = families.flatMap((family) => readCases(family).map(({ s }) => s));
    const clock = ['Now', 'UUID', 'UUIDv7'];
    const untried = CONVERTERS.map(({ name }) => name).filter(
      (name) => !clock.includes(name) && !statements.some((text) => text.startsWith(`${name}(`)),
    );
    expect(untried).toEqual([]);
  });
});
