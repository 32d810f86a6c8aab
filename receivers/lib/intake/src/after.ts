/** The longest a timer of Node can wait; a longer time would be none at all. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** `setTimeout` for times that a configuration or a client names: any length, "never" included. */
export function after(ms: number, act: () => void): NodeJS.Timeout {
  return setTimeout(act, Math.min(Math.max(ms, 0), TIMER_MS_MAX));
}
