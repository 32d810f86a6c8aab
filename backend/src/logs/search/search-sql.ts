import { joinSql, param, type Sql, sql } from '@sonde/store';
import { atHour } from '../../instant-sql.ts';
import { patternIs } from '../../patterns/pattern-queries.ts';
import { bodyMatches, jsonValue, jsonWords, likeWildcard, regexpMatches } from './body-sql.ts';
import { type FieldScope, placeOf } from './field-sql.ts';
import { LEVELS, LOG_FIELDS, type LogField, levelRange } from './log-fields.ts';
import type {
  CompareNode,
  Comparison,
  ExistsNode,
  MatchNode,
  SearchNode,
  SearchValue,
} from './search-node.ts';
import { searchFailure } from './search-scanner.ts';

/** A search and what has to be known before it is a condition. */
export interface SearchScope extends FieldScope {
  /** What was typed, for messages. */
  readonly text: string;
}

type FieldTerm = (MatchNode & { readonly field: string }) | CompareNode | ExistsNode;

/**
 * A search as a condition on rows of `logs`. Equality of attributes, words of the body and trace ids
 * are written so that the table's indexes answer them. Throws `ApiFailure` `BAD_REQUEST`.
 */
export function searchSql(node: SearchNode, scope: SearchScope): Sql {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const parts = node.parts.map((part) => searchSql(part, scope));
      return sql`(${joinSql(parts, node.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return sql`NOT (${searchSql(node.part, scope)})`;
    case 'match': {
      const { field } = node;
      if (field === undefined) return sql`(${bodyMatches(node.value)})`;
      return fieldSql({ ...node, field }, scope);
    }
    default:
      return fieldSql(node, scope);
  }
}

function fieldSql(term: FieldTerm, scope: SearchScope): Sql {
  const field = LOG_FIELDS.get(term.field);
  if (field === undefined) return attributeSql(term, scope);
  switch (field.kind) {
    case 'body':
      if (term.kind === 'match') return sql`(${bodyMatches(term.value)})`;
      return textSql(term, field.column, scope);
    case 'level':
      return levelSql(term, scope);
    case 'id':
      return idSql(term, field, scope);
    case 'pattern':
      return patternSql(term, field, scope);
    default:
      return textSql(term, field.column, scope);
  }
}

/** A comparison, a pattern or presence, on any text; numbers are read from it. */
function textSql(term: FieldTerm, text: Sql, scope: SearchScope): Sql {
  if (term.kind === 'exists') return sql`${text} != ''`;
  if (term.kind === 'match') return valueSql(term.value, text);
  const number = Number(term.text);
  if (term.text.trim() === '' || Number.isNaN(number)) {
    const what = `expected a number after \`${term.field}${term.comparison}\``;
    throw searchFailure(scope.text, term.at, what);
  }
  // What is no number neither meets the condition nor what denies it being unknown.
  const compared = compare(
    sql`toFloat64OrNull(${text})`,
    term.comparison,
    sql`${param.float64(number)}`,
  );
  return sql`ifNull(${compared}, 0)`;
}

function valueSql(value: SearchValue, text: Sql): Sql {
  if (value.kind === 'regexp') return regexpMatches(text, value);
  if (value.kind === 'text') return sql`${text} = ${param.string(value.text)}`;
  return sql`${text} LIKE ${param.string(likeWildcard(value.text))}`;
}

function compare(left: Sql, comparison: Comparison, right: Sql): Sql {
  switch (comparison) {
    case '>':
      return sql`${left} > ${right}`;
    case '>=':
      return sql`${left} >= ${right}`;
    case '<':
      return sql`${left} < ${right}`;
    case '<=':
      return sql`${left} <= ${right}`;
  }
}

function levelSql(term: FieldTerm, scope: SearchScope): Sql {
  const number = sql`severity_number`;
  if (term.kind === 'exists') return sql`severity_number > 0`;
  const word = term.kind === 'compare' ? term.text : wordOf(term.value);
  const range = word === undefined ? undefined : levelRange(word);
  if (range === undefined) {
    const names = LEVELS.map(([name]) => name).join(', ');
    const expected = `expected one of ${names} or a number after \`${term.field}\``;
    throw searchFailure(scope.text, term.at, expected);
  }
  const from = sql`${param.uint8(range.from)}`;
  const to = sql`${param.uint8(range.to)}`;
  if (term.kind === 'match') return sql`(severity_number >= ${from} AND severity_number <= ${to})`;
  // Above a level begins behind its last number, below it ends before its first.
  const edge = term.comparison === '>' || term.comparison === '<=' ? to : from;
  return compare(number, term.comparison, edge);
}

/** Every line of the pattern, by any id of its lines. */
function patternSql(term: FieldTerm, field: LogField, scope: SearchScope): Sql {
  if (term.kind === 'exists') return sql`pattern_id != 0`;
  const word = term.kind === 'match' ? wordOf(term.value) : undefined;
  if (word === undefined || !/^[0-9a-fA-F]{16}$/.test(word))
    return textSql(term, field.column, scope);
  return patternIs(scope.tenant, word.toLowerCase());
}

function wordOf(value: SearchValue): string | undefined {
  return value.kind === 'text' ? value.text : undefined;
}

function idSql(term: FieldTerm, field: LogField, scope: SearchScope): Sql {
  if (term.kind === 'exists') return sql`notEmpty(${field.column})`;
  const word = term.kind === 'match' ? wordOf(term.value) : undefined;
  const bytes = field.bytes ?? 0;
  if (word === undefined || !new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`).test(word)) {
    const expected = `expected ${bytes * 2} hex digits or * after \`${term.field}:\``;
    throw searchFailure(scope.text, term.at, expected);
  }
  return sql`${field.column} = unhex(${param.string(word)})`;
}

function attributeSql(term: FieldTerm, scope: SearchScope): Sql {
  const place = placeOf(term.field, scope.carriers);
  if (place.on === 'body') return jsonSql(term, place.path, scope);
  if (place.on === 'log') return mapSql(term, place.key, scope);
  if (place.on === 'resource') return resourceSql(term, place.key, scope);
  return sql`(${mapSql(term, place.key, scope)} OR ${resourceSql(term, place.key, scope)})`;
}

function jsonSql(term: FieldTerm, path: string, scope: SearchScope): Sql {
  const has = textSql(term, jsonValue(path), scope);
  if (term.kind !== 'match' || term.value.kind !== 'text') return has;
  return sql`(${jsonWords(term.value.text)} AND ${has})`;
}

/** On a map column `attributes`; the parts beside the comparison are what the indexes answer. */
function mapSql(term: FieldTerm, key: string, scope: SearchScope): Sql {
  const name = param.string(key);
  if (term.kind === 'exists') return sql`mapContains(attributes, ${name})`;
  const text = sql`attributes[${name}]`;
  if (term.kind === 'match' && term.value.kind === 'text') {
    const value = param.string(term.value.text);
    return sql`(${text} = ${value} AND has(mapValues(attributes), ${value}))`;
  }
  return sql`(mapContains(attributes, ${name}) AND ${textSql(term, text, scope)})`;
}

function resourceSql(term: FieldTerm, key: string, scope: SearchScope): Sql {
  return sql`resource_fingerprint IN (
    SELECT fingerprint FROM resources
    WHERE tenant = ${param.string(scope.tenant)} AND bucket >= ${atHour(scope.range.from)}
      AND ${mapSql(term, key, scope)})`;
}
