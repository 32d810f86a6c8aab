import type { StatusResponse } from '@sonde/backend/api-contract';

export interface Headline {
  readonly state: 'ok' | 'degraded' | 'down';
  readonly words: string;
}

/** The one sentence on top of the status page: the worst part speaks. */
export function headline(status: StatusResponse): Headline {
  const down = status.parts.filter((part) => part.state === 'down');
  const degraded = status.parts.filter((part) => part.state === 'degraded');
  if (down.length > 0) return { state: 'down', words: `${names(down)} ${is(down)} down` };
  const [first, ...more] = degraded;
  if (first !== undefined && more.length === 0) {
    return { state: 'degraded', words: `${first.name}: ${first.detail}` };
  }
  if (degraded.length > 0) {
    return { state: 'degraded', words: `${names(degraded)} ${is(degraded)} degraded` };
  }
  if (status.deadLetters > 0) {
    return { state: 'degraded', words: 'All parts work, but requests lie in the dead letters' };
  }
  if (!status.telemetryOfOthersSeen) {
    return { state: 'ok', words: 'All parts work. No telemetry but its own has arrived yet' };
  }
  return { state: 'ok', words: 'All parts work' };
}

function names(parts: readonly { readonly name: string }[]): string {
  return parts.map(({ name }) => name).join(', ');
}

function is(parts: readonly unknown[]): string {
  return parts.length === 1 ? 'is' : 'are';
}
