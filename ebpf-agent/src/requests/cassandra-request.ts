import { ByteReader } from './byte-reader.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { AnswerText, ProtocolConnection } from './request-protocol.ts';
import { sqlMeaning } from './sql.ts';

const QUERY = 7;
const RESULT = 8;
const PREPARE = 9;
const EXECUTE = 10;
const BATCH = 13;
const PREPARED = 4;
/** Kind of a frame and its length. */
const HEAD_BYTES = 5;

/** Kind and statement: no numbers of statements, no parameters. */
export function cassandraEssence(text: string): string {
  const reader = new ByteReader(text);
  const kind = reader.u8();
  reader.skip(HEAD_BYTES - 1);
  if (kind === QUERY || kind === PREPARE) {
    return text.charAt(0) + reader.bytes(reader.u32());
  }
  if (kind !== BATCH) return text.charAt(0);
  const statement = reader.skip(3).u8() === 0 ? reader.bytes(reader.u32()) : '';
  return text.charAt(0) + statement;
}

/** As `cassandraEssence` gives it. */
export function cassandraRequest(essence: string): Meaning {
  const kind = essence.charCodeAt(0);
  const meaning = sqlMeaning(essence.slice(1));
  if (kind === QUERY) return meaning;
  if (kind === PREPARE) return { ...meaning, operation: 'PREPARE' };
  const operation = kind === BATCH ? `BATCH ${meaning.operation}`.trim() : 'EXECUTE';
  return { ...meaning, operation };
}

/** Of a prepared statement what was prepared. */
export function cassandraPrepared(
  connection: ProtocolConnection,
  text: string,
  meaning: Meaning,
): Meaning {
  const reader = new ByteReader(text);
  if (reader.u8() !== EXECUTE) return meaning;
  reader.skip(HEAD_BYTES - 1);
  return connection.prepared(reader.bytes(reader.u16())) ?? meaning;
}

/** Remembers what was prepared under the number that the server gave it. */
export function cassandraAnswer(
  { connection, request, answer }: AnswerText,
  outcome: Outcome,
): Outcome {
  const reader = new ByteReader(answer);
  const isResult = reader.u8() === RESULT && request.charCodeAt(0) === PREPARE;
  reader.skip(HEAD_BYTES - 1);
  if (!isResult || reader.u32() !== PREPARED) return outcome;
  const number = reader.bytes(reader.u16());
  if (!reader.isCut) {
    connection.prepare(number, sqlMeaning(cassandraEssence(request).slice(1)));
  }
  return outcome;
}
