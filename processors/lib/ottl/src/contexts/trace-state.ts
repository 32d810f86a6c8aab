/** Members of a W3C trace state that are looked at; more break the specification. */
const MEMBERS_MAX = 32;

/** The value of a key; empty without one. */
export function traceStateValue(state: string, key: string): string {
  return members(state).find((member) => member.key === key)?.value ?? '';
}

/** The state with the key in front, as a step that changed it writes it. */
export function withTraceStateValue(state: string, key: string, value: string): string {
  const others = members(state).filter((member) => member.key !== key);
  return [{ key, value }, ...others].map((member) => `${member.key}=${member.value}`).join(',');
}

function members(state: string): { readonly key: string; readonly value: string }[] {
  return state
    .split(',', MEMBERS_MAX)
    .map((member) => member.trim())
    .filter((member) => member.includes('='))
    .map((member) => {
      const at = member.indexOf('=');
      return { key: member.slice(0, at), value: member.slice(at + 1) };
    });
}
