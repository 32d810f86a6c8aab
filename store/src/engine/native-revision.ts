import { readVarint, skipColumn } from '../native-format/index.ts';
import { CODES, engineError } from './engine-error.ts';

/** Clients older than this know no LowCardinality (ClickHouse src/Core/ProtocolDefines.h). */
const REVISION_MIN = 54_405;
/** From here on a byte a column says whether its serialization is an unusual one. */
const REVISION_WITH_SERIALIZATION = 54_454;

/** No overflow rows, bucket -1, end of fields: what every block of a result begins with. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]);
const USUAL_SERIALIZATION = Buffer.from([0]);

/** Throws `EngineError` 36 for a `client_protocol_version` that the door does not speak. */
export function checkRevision(text: string | null): number {
  if (text === null || text === '0') return 0;
  const revision = Number(text);
  if (Number.isSafeInteger(revision) && revision >= REVISION_MIN) return revision;
  throw engineError(
    CODES.badParameter,
    `client_protocol_version ${text.slice(0, 32)}: a number from ${REVISION_MIN} on, or none`,
  );
}

/**
 * Blocks of the Native format as a client of that protocol revision reads them. The engine writes
 * revision 0, whose blocks do not say how long their columns are: each is walked. Throws
 * `EngineError` 48 for a column of a type whose bytes only the engine knows.
 */
export function inRevision(blocks: Uint8Array, revision: number): Buffer {
  const parts: Uint8Array[] = [];
  const hasSerialization = revision >= REVISION_WITH_SERIALIZATION;
  for (let at = 0; at < blocks.length; ) {
    const columns = readVarint(blocks, at);
    const rows = readVarint(blocks, columns.next);
    parts.push(BLOCK_INFO, blocks.subarray(at, rows.next));
    at = rows.next;
    for (let i = 0; i < columns.value; i++) {
      const name = readText(blocks, at);
      const type = readText(blocks, name.next);
      const end = columnEnd(blocks, type, rows.value);
      parts.push(blocks.subarray(at, type.next));
      if (hasSerialization) parts.push(USUAL_SERIALIZATION);
      parts.push(blocks.subarray(type.next, end));
      at = end;
    }
  }
  return Buffer.concat(parts);
}

interface ReadText {
  readonly text: string;
  readonly next: number;
}

function readText(bytes: Uint8Array, at: number): ReadText {
  const { value, next } = readVarint(bytes, at);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + next, value).toString('utf8');
  return { text, next: next + value };
}

function columnEnd(blocks: Uint8Array, { text, next }: ReadText, rows: number): number {
  try {
    return skipColumn(blocks, next, text, rows);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const words = `client_protocol_version with FORMAT Native and ${error.message}`;
    const mend = 'convert the column in the query, or ask for another format';
    throw engineError(CODES.notImplemented, `${words} is not supported: ${mend}`);
  }
}
