/** Users of one file or text. */
export const USERS_MAX = 10_000;
export const FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** Hashes by user. Throws with the line's number, and never with what stands in it. */
export function parseHtpasswd(text: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const colon = trimmed.indexOf(':');
    if (colon <= 0) throw new Error(`htpasswd line ${index + 1}: write user:password`);
    users.set(trimmed.slice(0, colon), trimmed.slice(colon + 1));
    if (users.size > USERS_MAX) throw new Error(`htpasswd has more than ${USERS_MAX} users`);
  }
  return users;
}
