import { type Condition, parseWhere } from '../where/parse-where.ts';

/** Rules of settings as conditions; each is text as filters are written, all its conditions hold. */
export function auxiliaryRules(rules: readonly string[]): Condition[][] {
  return rules.map(parseWhere).filter((conditions) => conditions.length > 0);
}
