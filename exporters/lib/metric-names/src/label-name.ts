/**
 * Prometheus' name of a label; undefined where nothing but underscores is left of it. `utf8` leaves
 * the characters that classic names cannot have.
 */
export function labelName(key: string, utf8: boolean): string | undefined {
  const name = utf8 ? key : classicName(key);
  return /^_*$/.test(name) ? undefined : name;
}

/** Names in double underscores are Prometheus' own and keep them. */
function classicName(key: string): string {
  const reserved = key.length >= 4 && key.startsWith('__') && key.endsWith('__');
  if (reserved) return `__${collapse(key.slice(2, -2))}__`;
  const name = collapse(key);
  if (/^[0-9]/.test(name)) return `key_${name}`;
  return name.startsWith('_') && !name.startsWith('__') ? `key${name}` : name;
}

function collapse(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_');
}

/** Whether classic Prometheus can have a metric of that name. */
export function isClassicMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

/** Whether classic Prometheus can have a label of that name. */
export function isClassicLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/** A name that classic Prometheus can have, as its `underscores` escaping makes it. */
export function escapeToUnderscores(name: string): string {
  return name.replace(/^[0-9]|[^a-zA-Z0-9_:]/gu, '_');
}
