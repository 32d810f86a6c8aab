/** Requests by what aborts them: those of one question share an id. */
const ids = new WeakMap<AbortSignal, string>();

const BYTES = 16;

/** 32 hex digits by which the API is asked how far the requests of a signal are. */
export function requestIdOf(signal: AbortSignal): string {
  const known = ids.get(signal);
  if (known !== undefined) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  ids.set(signal, id);
  return id;
}
