import { ExchangeFlag } from '../records/layout.ts';
import { ByteReader } from './byte-reader.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { AnswerText } from './request-protocol.ts';

const QUERY = 2004;
const MESSAGE = 2013;

/** Kinds of values of BSON that have a fixed size, in bytes. */
const SIZES: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
};
const DOUBLE = 1;
const STRING = 2;
const DOCUMENT = 3;
const ARRAY = 4;
const INT32 = 16;
/** Elements of a document that are looked at. */
const ELEMENTS_MAX = 24;

interface Element {
  readonly name: string;
  readonly kind: number;
  /** Of numbers; else 0. */
  readonly number: number;
  /** Of strings; else empty. */
  readonly text: string;
}

/** Command and collection: what a request means without anything that it asks for. */
export function mongodbEssence(text: string): string {
  const reader = new ByteReader(text);
  const operation = reader.i32le();
  if (operation !== QUERY && operation !== MESSAGE) return '\0';
  reader.skip(operation === QUERY ? 4 : 5);
  if (operation === QUERY) {
    reader.untilZero();
    reader.skip(8);
  }
  const elements = elementsOf(reader);
  const [command] = elements;
  if (command === undefined || !/^[A-Za-z]\w{0,40}$/.test(command.name)) return '\0';
  const collection = elements.find(({ name }) => name === 'collection');
  return `${command.name}\0${(command.name === 'getMore' ? collection : command)?.text ?? ''}`;
}

/** As `mongodbEssence` gives it. */
export function mongodbRequest(essence: string): Meaning {
  const [operation = '', target = ''] = essence.split('\0', 2);
  return { operation, target, text: '' };
}

/** `ok: 0`, or errors of writing, with their number. */
export function mongodbAnswer({ answer }: AnswerText, outcome: Outcome): Outcome {
  const reader = new ByteReader(answer);
  if (reader.i32le() !== MESSAGE) return outcome;
  const elements = elementsOf(reader.skip(5));
  const ok = elements.find(({ name }) => name === 'ok');
  const isRefused = ok !== undefined && ok.number === 0;
  if (!isRefused && !elements.some(({ name }) => name === 'writeErrors')) return outcome;
  const code = elements.find(({ name }) => name === 'code')?.number ?? writeErrorOf(answer);
  return {
    ...outcome,
    flags: outcome.flags | ExchangeFlag.failed,
    code: code === undefined ? '' : String(code),
  };
}

/** The number of the first error of an answer to a write. */
function writeErrorOf(answer: string): number | undefined {
  const mark = `${String.fromCharCode(INT32)}code\0`;
  const errors = answer.indexOf('writeErrors');
  const at = answer.indexOf(mark, Math.max(0, errors));
  return at < 0 ? undefined : new ByteReader(answer, at + mark.length).i32le();
}

/** The elements of a document as far as they are there. */
function elementsOf(reader: ByteReader): readonly Element[] {
  const elements: Element[] = [];
  reader.skip(4);
  while (elements.length < ELEMENTS_MAX) {
    const kind = reader.u8();
    const name = reader.untilZero();
    if (kind === 0 || reader.isCut) break;
    const element = readValue(reader, kind);
    if (element === undefined) break;
    elements.push({ name, kind, ...element });
  }
  return elements;
}

function readValue(reader: ByteReader, kind: number): Pick<Element, 'number' | 'text'> | undefined {
  if (kind === DOUBLE) {
    const bytes = Buffer.from(reader.bytes(8), 'latin1');
    return bytes.length < 8 ? undefined : { number: bytes.readDoubleLE(), text: '' };
  }
  if (kind === INT32) return { number: reader.i32le(), text: '' };
  if (kind === STRING) {
    const text = reader.bytes(reader.i32le()).replace(/\0$/, '');
    return { number: 0, text };
  }
  if (kind === DOCUMENT || kind === ARRAY) {
    reader.skip(Math.max(0, reader.i32le() - 4));
    return { number: 0, text: '' };
  }
  const size = SIZES[kind];
  if (size === undefined) return undefined;
  reader.skip(size);
  return { number: 1, text: '' };
}
