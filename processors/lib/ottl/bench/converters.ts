// `npx tsx processors/lib/ottl/bench/converters.ts`: what a call of a converter costs on a row.

import { functionRegistry } from '../src/compile/function-definition.ts';
import { compileExpression } from '../src/compile/statement.ts';
import { CONVERTERS } from '../src/functions/index.ts';
import { VARIABLES, VariableCursor } from '../test/evaluate.ts';

const CALLS = 100_000;
const ROUNDS = 5;
const JSON_TEXT =
  '{"level":"info","msg":"request done","status":200,"tags":["a","b"],"http":{"path":"/x"}}';

const ROWS = Array.from(
  { length: 1000 },
  (_, row) =>
    new VariableCursor({
      text: `user-${row} GET /api/items/${row} 200`,
      json: JSON_TEXT.replace('200', String(200 + (row % 300))),
      pairs: `level=info status=${row} msg="request done" path=/api/${row}`,
      time: `2024-03-05 01:02:${String(row % 60).padStart(2, '0')}.${row}`,
      number: BigInt(row),
      agent: `Mozilla/5.0 (X11; Linux x86_64; rv:${row % 200}.0) Gecko/20100101 Firefox/${row % 200}.0`,
    }),
);

const EXPRESSIONS = [
  'attributes["text"]',
  'IsMatch(attributes["text"], "GET /api/\\\\w+")',
  'Concat([attributes["text"], attributes["number"]], "-")',
  'Substring(attributes["text"], 0, 6)',
  'Split(attributes["text"], " ")',
  'ToLowerCase(attributes["text"])',
  'String(attributes["number"])',
  'SHA256(attributes["text"])',
  'FNV(attributes["text"])',
  'XXH3(attributes["text"])',
  'Murmur3Hash(attributes["text"])',
  'ParseJSON(attributes["json"])',
  'ParseKeyValue(attributes["pairs"])',
  'Time(attributes["time"], "%Y-%m-%d %H:%M:%S.%L", "Europe/Paris")',
  'FormatTime(Unix(attributes["number"]), "%Y-%m-%dT%H:%M:%SZ")',
  'ExtractPatterns(attributes["text"], "user-(?P<user>\\\\d+) (?P<method>\\\\w+)")',
  'ExtractGrokPatterns(attributes["text"], "%{NOTSPACE:user} %{WORD:method} %{URIPATH:path} %{INT:status:int}", true)',
  'Format("%s/%05d", [attributes["text"], attributes["number"]])',
  'UserAgent(attributes["agent"])',
];

function measure(text: string): number {
  const options = { context: VARIABLES, functions: functionRegistry<VariableCursor>(CONVERTERS) };
  const { get } = compileExpression(options, text);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) {
      const row = ROWS[call % ROWS.length];
      if (row !== undefined) get(row);
    }
    const { user, system } = process.cpuUsage(start);
    times.push(((user + system) * 1000) / CALLS);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

for (const text of EXPRESSIONS) {
  process.stdout.write(`${measure(text).toFixed(0).padStart(7)} ns  ${text}\n`);
}
