import { isDeepStrictEqual } from 'node:util';
import {
  type Columns,
  decodeLogs,
  decodeMetrics,
  decodeProfiles,
  decodeTraces,
  encodeColumns,
  LogColumns,
  MalformedError,
  MetricColumns,
  ProfileColumns,
  type Signal,
  SpanColumns,
  scanRequest,
} from '@sonde/proto';
import { columnsRows } from '@sonde/proto/test/columns-rows';
import { oracleRows, type Row } from '@sonde/proto/test/oracle-rows';

const SEGMENT = { tenant: 'default', receivedUnixMs: 1_700_000_000_000 };
/** An offset may lie behind the body by the field that runs over its end. */
const OVERRUN_BYTES_MAX = 16;

/** What Sonde refuses and protobufjs takes, by the words of the refusal. */
const STRICTER: readonly (readonly [string, RegExp])[] = [
  ['groups', /wire type [34]$/],
  ['ids of another length', /id of \d+ bytes/],
  ['known fields of another wire type', /field \d+ with wire type/],
  ['values nested deeper than 64', /values nested deeper/],
  ['varints over 64 bits', /varint over 64 bits/],
];

export function emptyColumns(signal: Signal): Columns {
  switch (signal) {
    case 'traces':
      return new SpanColumns(16);
    case 'logs':
      return new LogColumns(16);
    case 'metrics':
      return new MetricColumns(16, 16);
    case 'profiles':
      return new ProfileColumns(4);
  }
}

function decode(columns: Columns, bytes: Uint8Array): number {
  switch (columns.signal) {
    case 'traces':
      return decodeTraces(columns, bytes, SEGMENT);
    case 'logs':
      return decodeLogs(columns, bytes, SEGMENT);
    case 'metrics':
      return decodeMetrics(columns, bytes, SEGMENT);
    case 'profiles':
      return decodeProfiles(columns, bytes, SEGMENT);
  }
}

/** The items of a body, or why it is refused. Throws what is no refusal: a crash. */
function verdict(run: () => number): number | MalformedError {
  try {
    return run();
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}

export interface Examined {
  readonly items: number | MalformedError;
  /** What must not be, in words. */
  readonly fault: string | undefined;
}

/** Scans and decodes a body into columns that are empty again afterwards, and encodes what is there. */
export function examine(columns: Columns, bytes: Uint8Array): Examined {
  columns.reset();
  const scanned = verdict(() => scanRequest(columns.signal, bytes));
  const items = verdict(() => decode(columns, bytes));
  if (typeof items !== 'number') return { items, fault: refusalFault(scanned, items, bytes) };
  if (scanned !== items) return { items, fault: `decoded ${items}, scanned ${scanned}` };
  const again = scanRequest(columns.signal, encodeColumns(columns));
  const isEqual = again === items || (items === 0 && columns.count === 0);
  return { items, fault: isEqual ? undefined : `decoded ${items}, encoded ${again}` };
}

function refusalFault(
  scanned: number | MalformedError,
  refused: MalformedError,
  bytes: Uint8Array,
): string | undefined {
  if (typeof scanned === 'number') return `refused (${refused.message}), scanned ${scanned}`;
  const { offset } = refused;
  if (Number.isInteger(offset) && offset >= 0 && offset <= bytes.length + OVERRUN_BYTES_MAX) {
    return undefined;
  }
  return `refused at ${offset} of ${bytes.length}`;
}

export interface Compared {
  /** The kind of difference, when the verdicts differ and it is known why. */
  readonly known: string | undefined;
  readonly fault: string | undefined;
}

const EQUAL: Compared = { known: undefined, fault: undefined };

/** Holds the verdict against protobufjs, and with `cells` every cell of what both took. */
export function compare(
  columns: Columns,
  bytes: Uint8Array,
  items: number | MalformedError,
  cells: boolean,
): Compared {
  const theirs = oracle(columns.signal, bytes);
  if (typeof items === 'number') {
    if (theirs === undefined) return { ...EQUAL, fault: 'taken here and refused by protobufjs' };
    if (!cells || isDeepStrictEqual(columnsRows(columns), theirs)) return EQUAL;
    return { ...EQUAL, fault: 'other cells than protobufjs' };
  }
  if (theirs === undefined) return EQUAL;
  const known = STRICTER.find(([, words]) => words.test(items.message))?.[0];
  if (known !== undefined) return { known, fault: undefined };
  return { ...EQUAL, fault: `${items.message}, and taken by protobufjs` };
}

/** What Sonde refuses of good JSON, by the words of the refusal. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['JSON: ids, base64 and numbers of another form', / is no[t ]| bytes, not | is over the range/],
  ['JSON: values of another kind', /: expected (?:[[{"]|false|a number)$/],
  ['JSON: nested deeper than 320', /JSON nested deeper/],
];

/** Holds what was made of a JSON body against `JSON.parse`, and a refusal against its offset. */
export function compareJson(text: string, taken: Uint8Array | MalformedError): Compared {
  const problem = syntaxProblem(text);
  if (!(taken instanceof MalformedError)) {
    if (problem === undefined) return EQUAL;
    return { ...EQUAL, fault: `taken here, and no JSON: ${problem}` };
  }
  const { offset, message } = taken;
  if (!Number.isInteger(offset) || offset < 0 || offset > text.length) {
    return { ...EQUAL, fault: `JSON refused at ${offset} of ${text.length}` };
  }
  if (problem !== undefined) return EQUAL;
  const known = SHAPES.find(([, words]) => words.test(message))?.[0];
  if (known !== undefined) return { known, fault: undefined };
  return { ...EQUAL, fault: `${message}, and good JSON` };
}

function syntaxProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

function oracle(signal: Signal, bytes: Uint8Array): Row[] | undefined {
  try {
    return oracleRows(signal, bytes);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
