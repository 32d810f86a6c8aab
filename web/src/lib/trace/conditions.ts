/** One `key operator value` of a filter, as people see it on a chip. */
export interface Condition {
  readonly key: string;
  readonly operator: string;
  /** Empty for `exists`. */
  readonly value: string;
}

/**
 * Between two parts of a filter: spans that the part behind is about have, as their parent or
 * anywhere above them, one that the part before is about. Key and value are empty.
 */
const RELATIONS: readonly string[] = ['calls', 'above'];

export function isRelation({ key, operator }: Condition): boolean {
  return key === '' && RELATIONS.includes(operator);
}

const RELATION = /\s*(calls|above)(?=\s*$|\s+(?!exists(?:\s|$))[^\s=!~<>])/y;
const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|[^\s"=!~<>]+)\s*(?:(!=|!~|>=|<=|=|~|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s"=!~<>]+)|(exists)(?=\s|$))/gy;

/**
 * The conditions that the text begins with, and what could not be read: the API says what is wrong
 * with that.
 */
export function splitWhere(text: string): { conditions: Condition[]; rest: string } {
  const conditions: Condition[] = [];
  let end = 0;
  for (let next = readToken(text, end); next !== undefined; next = readToken(text, end)) {
    conditions.push(next.condition);
    end = next.end;
  }
  return { conditions, rest: text.slice(end).trim() };
}

function readToken(text: string, at: number): { condition: Condition; end: number } | undefined {
  RELATION.lastIndex = at;
  const relation = RELATION.exec(text)?.[1];
  if (relation !== undefined) {
    return { condition: { key: '', operator: relation, value: '' }, end: RELATION.lastIndex };
  }
  TOKEN.lastIndex = at;
  const match = TOKEN.exec(text);
  if (match === null) return undefined;
  const [, key = '', operator, value = '', exists] = match;
  const condition = {
    key: unquote(key),
    operator: exists ?? operator ?? '=',
    value: exists === undefined ? unquote(value) : '',
  };
  return { condition, end: TOKEN.lastIndex };
}

/** The text of conditions, as the API reads it. */
export function joinWhere(conditions: readonly Condition[]): string {
  return conditions.map(sayCondition).join(' ');
}

export function sayCondition(condition: Condition): string {
  const { key, operator, value } = condition;
  if (isRelation(condition)) return operator;
  if (operator === 'exists') return `${quote(key)} exists`;
  return `${quote(key)}${operator}${quote(value)}`;
}

const BEGUN = /^[^\s"=!~<>]+\s*[=!~<>]/;

/**
 * What a text in the filter's field adds to the conditions. Words alone are looked for in the names of
 * spans; what begins as a condition and cannot be read stays as it is: the API says what is wrong.
 */
export function addTyped(
  text: string,
  to: readonly Condition[],
): { conditions: readonly Condition[]; unread: string } {
  const { conditions, rest } = splitWhere(text);
  const isBroken = BEGUN.test(rest);
  const words = rest === '' || isBroken ? [] : [{ key: 'name', operator: '~', value: rest }];
  return {
    conditions: [...conditions, ...words].reduce(withCondition, to),
    unread: isBroken ? rest : '',
  };
}

/** What is typed so far: a key, or a key with an operator and the beginning of a value. */
export function readDraft(text: string): Partial<Condition> & { readonly key: string } {
  const match = /^\s*([^\s"=!~<>]*)\s*(!=|!~|>=|<=|=|~|>|<)?\s*(.*)$/s.exec(text);
  const [, key = '', operator, value = ''] = match ?? [];
  if (operator === undefined) return { key: key === '' ? text.trim() : key };
  return { key, operator, value: unquote(value) };
}

/**
 * Adds a condition to the last part; one there that says the same of the key is replaced, its opposite
 * goes. A relation begins the next part; without a part before there is nothing to relate to.
 */
export function withCondition(
  conditions: readonly Condition[],
  added: Condition,
): readonly Condition[] {
  const last = conditions.findLastIndex(isRelation) + 1;
  if (isRelation(added)) {
    const end = endOfParts(conditions);
    return end === 0 ? conditions : [...conditions.slice(0, end), added];
  }
  const others = conditions
    .slice(last)
    .filter(
      ({ key, operator, value }) =>
        key !== added.key ||
        (value !== added.value && !(operator === '=' && added.operator === '=')) ||
        (operator !== added.operator && !isOpposite(operator, added.operator)),
    );
  return [...conditions.slice(0, last), ...others, added];
}

/** Without the condition at `index`, and without relations that then have nothing before them. */
export function withoutCondition(
  conditions: readonly Condition[],
  index: number,
): readonly Condition[] {
  const kept: Condition[] = [];
  for (const [i, condition] of conditions.entries()) {
    if (i === index) continue;
    const before = kept.at(-1);
    if (isRelation(condition) && (before === undefined || isRelation(before))) continue;
    kept.push(condition);
  }
  return kept;
}

/** How many of them there are up to the last that is no relation. */
function endOfParts(conditions: readonly Condition[]): number {
  return conditions.findLastIndex((condition) => !isRelation(condition)) + 1;
}

function isOpposite(a: string, b: string): boolean {
  return [a, b].sort().join(' ') === '!= =';
}

function quote(text: string): string {
  if (/^[^\s"=!~<>\\]+$/.test(text)) return text;
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined)
    .replaceAll(/\\(.)/gs, '$1');
}
