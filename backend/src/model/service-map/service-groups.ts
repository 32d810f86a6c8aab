import type { ServiceGroup } from '@sonde/pipeline/settings';

/** The name of the first group that names the service; empty where none does. */
export function groupOf(
  groups: readonly ServiceGroup[],
  service: { readonly name: string; readonly namespace: string },
): string {
  const full = `${service.namespace}/${service.name}`;
  const isNamed = (pattern: string): boolean =>
    matches(pattern, pattern.includes('/') ? full : service.name);
  return groups.find(({ services }) => services.some(isNamed))?.name ?? '';
}

/** `*` is any characters. Looks at each piece of the pattern once, whatever the text is. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
