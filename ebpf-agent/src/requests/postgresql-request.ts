import type { Meaning } from './meaning.ts';
import { sqlMeaning } from './sql.ts';

const QUERY = 'Q';
const PARSE = 'P';
const BIND = 'B';
const SYNC = 'S';
const MESSAGE_HEAD = 5;

/** The name of the prepared statement that a request defines or uses; `''` is the unnamed one. */
export function statementName(text: string): string | undefined {
  const type = text.charAt(0);
  if (type === PARSE) return text.slice(MESSAGE_HEAD).split('\0', 1)[0];
  if (type !== BIND) return undefined;
  // Portal, then statement.
  return text.slice(MESSAGE_HEAD).split('\0', 2)[1];
}

/** Whether the request carries the text of its statement. */
export function definesStatement(text: string): boolean {
  return text.charAt(0) === PARSE;
}

/** Type and, where there is one, statement: nothing of what parameters are bound to. */
export function postgresqlEssence(text: string): string {
  const type = text.charAt(0);
  if (type !== QUERY && type !== PARSE) return type;
  const length = Buffer.from(text.slice(1, MESSAGE_HEAD), 'latin1');
  return length.length < 4 ? type : text.slice(0, 1 + length.readUInt32BE());
}

/** The beginning of the first messages of a round trip (PostgreSQL's protocol 3.0, 55.7). */
export function postgresqlRequest(text: string): Meaning {
  const body = text.slice(MESSAGE_HEAD);
  switch (text.charAt(0)) {
    case QUERY:
      return sqlMeaning(body.split('\0', 1)[0] ?? '');
    case PARSE:
      return sqlMeaning(body.split('\0', 2)[1] ?? '');
    default: {
      const operation = text.startsWith(SYNC) ? 'SYNC' : 'EXECUTE';
      return { operation, target: '', text: '' };
    }
  }
}
