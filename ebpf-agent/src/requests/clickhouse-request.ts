import type { Meaning } from './meaning.ts';
import { CLICKHOUSE_SQL, sqlMeaning } from './sql.ts';

/** Behind the query's id, who asks and the settings, whose places change from release to release. */
const STATEMENT =
  /(?:SELECT|INSERT\s+INTO|WITH|CREATE|ALTER|DROP|SHOW|DESCRIBE|DESC|EXISTS|OPTIMIZE|TRUNCATE|SYSTEM|USE|SET|KILL|RENAME|DELETE\s+FROM|EXPLAIN)\s[\s\S]*$/;

/** The statement of a query packet, where it is within what was recorded. */
export function clickhouseEssence(text: string): string {
  const found = STATEMENT.exec(text)?.[0] ?? STATEMENT.exec(text.toUpperCase())?.[0] ?? '';
  return found === '' ? '' : text.slice(text.length - found.length);
}

/** As `clickhouseEssence` gives it. */
export function clickhouseRequest(essence: string): Meaning {
  if (essence === '') return { operation: 'QUERY', target: '', text: '' };
  return sqlMeaning(essence, CLICKHOUSE_SQL);
}
