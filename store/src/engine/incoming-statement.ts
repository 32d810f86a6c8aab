import { CODES, engineError } from './engine-error.ts';
import { splitInsert } from './insert-head.ts';

/** A statement without data, or the part of an INSERT before its data. */
export const SQL_BYTES_MAX: number = 1024 * 1024;
/** Data goes to the engine in pieces of about this size. */
const PIECE_BYTES = 1024 * 1024;

/** An INSERT with its data apart: the data is never looked at and never part of SQL. */
export interface IncomingInsert {
  readonly kind: 'insert';
  readonly sql: Buffer;
  readonly format: string;
  readonly data: AsyncIterable<Uint8Array>;
}

export interface IncomingQuery {
  readonly kind: 'query';
  readonly sql: Buffer;
}

export type IncomingStatement = IncomingInsert | IncomingQuery;

function tooLarge(): never {
  throw engineError(CODES.queryTooLarge, `The statement is larger than ${SQL_BYTES_MAX} bytes`);
}

/** Small chunks joined, large ones passed on: each piece costs a hop to the engine's thread. */
async function* inPieces(
  first: Buffer,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = first.length > 0 ? [first] : [];
  let total = first.length;
  for (;;) {
    if (total >= PIECE_BYTES) {
      yield parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, total);
      parts = [];
      total = 0;
    }
    const step = await rest.next();
    if (step.done === true) break;
    parts.push(step.value);
    total += step.value.length;
  }
  if (total > 0) yield Buffer.concat(parts, total);
}

/** Reads on until the end; the whole is a statement. */
async function readWhole(head: Buffer, rest: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [head];
  let total = head.length;
  for (;;) {
    if (total > SQL_BYTES_MAX) tooLarge();
    const step = await rest.next();
    if (step.done === true) return Buffer.concat(parts, total);
    parts.push(step.value);
    total += step.value.length;
  }
}

/**
 * The statement is what the URL holds, then the body, as one text: so both `INSERT` in the URL with
 * the data in the body and everything in the body work. Throws `EngineError` 229 over
 * `SQL_BYTES_MAX`.
 */
export async function readStatement(
  urlQuery: string,
  body: AsyncIterable<Uint8Array>,
): Promise<IncomingStatement> {
  const rest = body[Symbol.asyncIterator]();
  let head = urlQuery === '' ? Buffer.alloc(0) : Buffer.from(`${urlQuery}\n`);
  for (let complete = false; ; ) {
    const split = splitInsert(head.toString('latin1'), complete);
    if (split === 'none') return { kind: 'query', sql: await readWhole(head, rest) };
    if (split !== 'more') {
      return {
        kind: 'insert',
        sql: head.subarray(0, split.statementEnd),
        format: split.format,
        data: inPieces(head.subarray(split.dataStart), rest),
      };
    }
    if (head.length > SQL_BYTES_MAX) tooLarge();
    const step = await rest.next();
    if (step.done === true) complete = true;
    else head = Buffer.concat([head, step.value]);
  }
}
