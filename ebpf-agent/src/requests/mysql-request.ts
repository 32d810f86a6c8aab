import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { AnswerText, ProtocolConnection } from './request-protocol.ts';
import { MYSQL_SQL, sqlMeaning } from './sql.ts';

/** Commands of MySQL's and MariaDB's protocol, by their first byte, those without a statement. */
const COMMANDS: Readonly<Record<number, string>> = {
  2: 'USE',
  4: 'LIST FIELDS',
  5: 'CREATE DATABASE',
  6: 'DROP DATABASE',
  7: 'REFRESH',
  8: 'SHUTDOWN',
  9: 'STATISTICS',
  10: 'LIST PROCESSES',
  12: 'KILL',
  13: 'DEBUG',
  14: 'PING',
  21: 'REGISTER REPLICA',
  26: 'RESET STATEMENT',
  27: 'SET OPTION',
  28: 'FETCH',
  31: 'RESET CONNECTION',
};
const QUERY = 3;
const PREPARE = 0x16;
const EXECUTE = 0x17;
const BULK_EXECUTE = 0xfa;

/** Command and number of the statement: what follows are its parameters. */
const EXECUTE_BYTES = 5;
/** MariaDB: the statement that was prepared last. */
const LAST = 'ffffffff';

/** Of a command everything that is no parameter. */
export function mysqlEssence(text: string): string {
  return isExecute(text) ? text.charAt(0) : text;
}

/** The beginning of a command: its byte, then what belongs to it. */
export function mysqlRequest(text: string): Meaning {
  const command = text.charCodeAt(0);
  const rest = text.slice(1);
  if (command === QUERY) return sqlMeaning(rest, MYSQL_SQL);
  if (command === PREPARE) return { ...sqlMeaning(rest, MYSQL_SQL), operation: 'PREPARE' };
  if (isExecute(text)) return { operation: 'EXECUTE', target: '', text: '' };
  return { operation: COMMANDS[command] ?? '_OTHER', target: '', text: '' };
}

/** Of a prepared statement what was prepared. */
export function mysqlPrepared(
  connection: ProtocolConnection,
  text: string,
  meaning: Meaning,
): Meaning {
  if (isPrepare(text)) connection.prepare(LAST, sqlMeaning(text.slice(1), MYSQL_SQL));
  if (!isExecute(text)) return meaning;
  return connection.prepared(numberAt(text, 1)) ?? meaning;
}

/** Remembers what was prepared under the number that the server gave it. */
export function mysqlAnswer(
  { connection, request, answer }: AnswerText,
  outcome: Outcome,
): Outcome {
  const isPrepared = isPrepare(request) && answer.charCodeAt(0) === 0;
  if (isPrepared && answer.length >= EXECUTE_BYTES) {
    connection.prepare(numberAt(answer, 1), sqlMeaning(request.slice(1), MYSQL_SQL));
  }
  return outcome;
}

function isPrepare(text: string): boolean {
  return text.charCodeAt(0) === PREPARE;
}

function isExecute(text: string): boolean {
  const command = text.charCodeAt(0);
  return command === EXECUTE || command === BULK_EXECUTE;
}

function numberAt(text: string, at: number): string {
  return Buffer.from(text.slice(at, at + 4), 'latin1').toString('hex');
}
