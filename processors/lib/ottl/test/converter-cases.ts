import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ContextDefinition } from '../src/compile/context.ts';
import { functionRegistry } from '../src/compile/function-definition.ts';
import { Level } from '../src/compile/getter.ts';
import { compileExpression } from '../src/compile/statement.ts';
import { CompileError, EvaluationError } from '../src/errors.ts';
import { CONVERTERS } from '../src/functions/index.ts';
import { plainFloatText } from '../src/value/float-text.ts';
import { DurationValue, goType, IdValue, TimeValue, type Value } from '../src/value/value.ts';
import { VARIABLES, VariableCursor } from './evaluate.ts';

/** A value and what its type is called. */
interface Outcome {
  t: string;
  v?: unknown;
}

/** A statement and what the Collector 0.161 made of it. */
export interface ConverterCase {
  s: string;
  value?: Outcome | undefined;
  compile?: string | undefined;
  error?: string | undefined;
  /** Where Sonde answers otherwise: why, and what. */
  ours?: (Answer & { because: string }) | undefined;
}
type Answer = Pick<ConverterCase, 'value' | 'compile' | 'error'>;

const answer = {
  value: z.object({ t: z.string(), v: z.unknown() }).optional(),
  compile: z.string().optional(),
  error: z.string().optional(),
};
const converterCase: z.ZodType<ConverterCase> = z.object({
  s: z.string(),
  ...answer,
  ours: z.object({ because: z.string(), ...answer }).optional(),
});

export function readCases(family: string): ConverterCase[] {
  const path = new URL(`testdata/converters/${family}.json`, import.meta.url);
  return z.array(converterCase).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The record that the statements speak of. */
function record(): VariableCursor {
  const things = ['foo', 'bar'].map(
    (name, index) =>
      new Map<string, Value>([
        ['name', name],
        ['value', BigInt(index)],
        ['deep', new Map([['k', `k${name}`]])],
      ]),
  );
  const map = new Map<string, Value>([
    ['b', 'x<y'],
    ['a', 1n],
    ['c', 2.5],
    ['d', true],
    ['e', Uint8Array.of(1, 2, 254)],
    ['f', ['q']],
    ['g', null],
  ]);
  return new VariableCursor({
    str: 'hello',
    num: '12',
    int: 42n,
    dbl: 1.5,
    yes: true,
    empty: null,
    bytes: Uint8Array.of(1, 2, 254),
    map,
    list: ['q', 7n, 0.25],
    things,
  });
}

const traceId = new IdValue('TraceID', Uint8Array.of(1, 2, 3, ...new Array<number>(13).fill(0)));
const spanId = new IdValue('SpanID', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0));
const time = new TimeValue(1600000000123456789n);

function leaf(value: Value): {
  leaf: { level: typeof Level.row; get: () => Value; set: () => void };
} {
  return { leaf: { level: Level.row, get: () => value, set: () => undefined } };
}

const CONTEXT: ContextDefinition<VariableCursor> = {
  ...VARIABLES,
  paths: {
    log: {
      ...VARIABLES.paths.log,
      trace_id: leaf(traceId),
      span_id: leaf(spanId),
      time: leaf(time),
    },
  },
};
const OPTIONS = { context: CONTEXT, functions: functionRegistry<VariableCursor>(CONVERTERS) };

/** What Sonde makes of a statement, in the same form. */
export function run(statement: string): Answer {
  try {
    return { value: shown(compileExpression(OPTIONS, statement).get(record())) };
  } catch (error) {
    if (error instanceof CompileError) {
      return {
        compile: error.message.replace(/^unable to parse OTTL value expression ".*?[^\\]": /s, ''),
      };
    }
    if (error instanceof EvaluationError) return { error: error.message };
    throw error;
  }
}

function shown(value: Value): Outcome {
  if (value instanceof TimeValue) {
    const seconds = (value.unixNano - modulo(value.unixNano)) / 1_000_000_000n;
    return { t: 'time', v: `${seconds}.${String(modulo(value.unixNano)).padStart(9, '0')}` };
  }
  if (value instanceof DurationValue) return { t: 'duration', v: String(value.nanos) };
  if (value instanceof IdValue) return { t: value.kind, v: value.hex };
  if (value instanceof Uint8Array) return { t: 'bytes', v: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return { t: 'Slice', v: value.map(raw) };
  if (value instanceof Map) return { t: 'Map', v: raw(value) };
  if (typeof value === 'bigint') return { t: 'int64', v: String(value) };
  if (typeof value === 'number') {
    return { t: 'float64', v: Number.isFinite(value) ? value : plainFloatText(value) };
  }
  return { t: value === null ? '<nil>' : goType(value), v: value };
}

function modulo(unixNano: bigint): bigint {
  return ((unixNano % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
}

function raw(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(raw);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, raw(item)]));
  }
  return value;
}
