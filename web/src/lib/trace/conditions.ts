/** One `key operator value` of a filter, as people see it on a chip. */
export interface Condition {
  readonly key: string;
  readonly operator: string;
  /** Empty for `exists`. */
  readonly value: string;
}

const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|[^\s"=!~<>]+)\s*(?:(!=|!~|>=|<=|=|~|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s"=!~<>]+)|(exists)(?=\s|$))/gy;

/**
 * The conditions that the text begins with, and what could not be read: the API says what is wrong
 * with that.
 */
export function splitWhere(text: string): { conditions: Condition[]; rest: string } {
  const conditions: Condition[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, key = '', operator, value = '', exists] = match;
    conditions.push({
      key: unquote(key),
      operator: exists ?? operator ?? '=',
      value: exists === undefined ? unquote(value) : '',
    });
    end = TOKEN.lastIndex;
  }
  return { conditions, rest: text.slice(end).trim() };
}

/** The text of conditions, as the API reads it. */
export function joinWhere(conditions: readonly Condition[]): string {
  return conditions.map(sayCondition).join(' ');
}

export function sayCondition({ key, operator, value }: Condition): string {
  if (operator === 'exists') return `${quote(key)} exists`;
  return `${quote(key)}${operator}${quote(value)}`;
}

/** What is typed so far: a key, or a key with an operator and the beginning of a value. */
export function readDraft(text: string): Partial<Condition> & { readonly key: string } {
  const match = /^\s*([^\s"=!~<>]*)\s*(!=|!~|>=|<=|=|~|>|<)?\s*(.*)$/s.exec(text);
  const [, key = '', operator, value = ''] = match ?? [];
  if (operator === undefined) return { key: key === '' ? text.trim() : key };
  return { key, operator, value: unquote(value) };
}

/** Adds a condition; one that says the same of the key is replaced, its opposite goes. */
export function withCondition(
  conditions: readonly Condition[],
  added: Condition,
): readonly Condition[] {
  const others = conditions.filter(
    ({ key, operator, value }) =>
      key !== added.key ||
      (value !== added.value && !(operator === '=' && added.operator === '=')) ||
      (operator !== added.operator && !isOpposite(operator, added.operator)),
  );
  return [...others, added];
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
