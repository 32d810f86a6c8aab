/** Regular expressions of addresses, made from the shapes that RFC 4291 allows. */

const OCTET = '(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)';
const WORD = '[0-9A-Fa-f]{1,4}';
const WORDS = 8;

export const IPV4_PATTERN: string = `(?:${OCTET}\\.){3}${OCTET}`;

/**
 * An alternative for each number of words before `::`, those with more behind it first: the first
 * alternative that matches is taken, so it must be the one that reads furthest.
 */
function ipv6Pattern(): string {
  const forms = [`(?:${WORD}:){6}${IPV4_PATTERN}`, `(?:${WORD}:){7}${WORD}`];
  for (let before = 1; before < WORDS - 2; before++) {
    const between = `(?::${WORD}){0,${WORDS - 3 - before}}`;
    forms.push(`(?:${WORD}:){1,${before}}${between}:${IPV4_PATTERN}`);
  }
  for (let before = 1; before < WORDS - 1; before++) {
    forms.push(`(?:${WORD}:){1,${before}}(?::${WORD}){1,${WORDS - 1 - before}}`);
  }
  forms.push(`::(?:[Ff]{4}:)?${IPV4_PATTERN}`, `(?:${WORD}:){1,7}:`, `:(?::${WORD}){1,7}`, '::');
  return `(?:${forms.join('|')})(?:%[0-9A-Za-z_.-]+)?`;
}

export const IPV6_PATTERN: string = ipv6Pattern();
