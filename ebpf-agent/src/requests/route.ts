/** Parts of a path beyond these are left away. */
const SEGMENTS_MAX = 8;
const SEGMENT_LENGTH_MAX = 48;

/**
 * Names the variable parts of a path: `/users/17/orders` is `/users/{id}/orders`. A part is variable
 * when it is a number, a UUID, long hexadecimal or base64, an address of mail, or has many digits.
 */
export function routeOf(path: string): string {
  if (path === '/' || path === '*') return path;
  const segments = path.split('/').slice(1);
  const named = segments.slice(0, SEGMENTS_MAX).map(withoutVariable);
  const rest = segments.length > SEGMENTS_MAX ? '/*' : '';
  return `/${named.join('/')}${rest}`;
}

/** A part of a name, or `{id}` for one that looks as if there were many of its kind. */
export function withoutVariable(segment: string): string {
  return isVariable(segment) ? '{id}' : segment;
}

function isVariable(segment: string): boolean {
  if (segment.length > SEGMENT_LENGTH_MAX || segment.includes('@')) return true;
  if (!/\d/.test(segment)) return /[^\w.~!$&'()*+,;=:-]/.test(segment);
  // Versions of interfaces and of files: v1, v2.3, 1.2.3.
  if (/^v\d+([.]\d+)*$/.test(segment)) return false;
  if (/^\d+$/.test(segment)) return true;
  if (/^[0-9a-f-]{8,}$/i.test(segment)) return true;
  const digits = segment.replace(/\D/g, '').length;
  return digits >= 4 || (digits >= 2 && segment.length >= 16) || /[^\w.~-]/.test(segment);
}
