import { param, type Sql, sql } from '@sonde/store';
import { DIGEST_LENGTH } from './cut-name.ts';
import { ANSWER_LIMITS } from './limits.ts';

const CUT = new RegExp(`^([^]*)…([0-9a-f]{${DIGEST_LENGTH}})$`);

/**
 * Whether a column has this name, also when it comes as lists cut it (`cutName`): then by its
 * beginning and its digest.
 */
export function isNamed(column: Sql, name: string): Sql {
  const itself = sql`${column} = ${param.string(name)}`;
  const cut = cutOf(name);
  return cut === undefined ? itself : sql`(${itself} OR ${isCutTo(column, cut)})`;
}

/** Whether one of an array of names is this one, as `isNamed`. */
export function hasName(column: Sql, name: string): Sql {
  const itself = sql`has(${column}, ${param.string(name)})`;
  const cut = cutOf(name);
  if (cut === undefined) return itself;
  return sql`(${itself} OR arrayExists(one -> ${isCutTo(sql`one`, cut)}, ${column}))`;
}

interface CutName {
  readonly start: string;
  readonly digest: string;
}

function cutOf(name: string): CutName | undefined {
  // Less by one where the cut would have parted a character.
  if (name.length < ANSWER_LIMITS.nameLengthMax - 1) return undefined;
  const [, start, digest] = CUT.exec(name) ?? [];
  if (start === undefined || digest === undefined) return undefined;
  return { start, digest };
}

function isCutTo(column: Sql, { start, digest }: CutName): Sql {
  return sql`(startsWith(${column}, ${param.string(start)})
    AND startsWith(lower(hex(SHA256(toString(${column})))), ${param.string(digest)}))`;
}
