export type Origin = 'sdk' | 'ebpf' | 'derived';

const PREFERENCE: readonly Origin[] = ['sdk', 'ebpf', 'derived'];

/** Requests of one service that one kind of instrumentation saw. */
export interface OriginCount {
  readonly origin: Origin;
  readonly requests: number;
}

/**
 * The origin rule: a request seen by the agent and by an SDK is stored twice and is one request. A
 * service shows what its SDK saw where that has server spans, else what the agent saw. Where nobody
 * saw a request, the most detailed instrumentation that is there.
 */
export function preferredOrigin(counts: readonly OriginCount[]): Origin {
  const serves = (origin: Origin): boolean =>
    counts.some((count) => count.origin === origin && count.requests > 0);
  const present = (origin: Origin): boolean => counts.some((count) => count.origin === origin);
  return PREFERENCE.find(serves) ?? PREFERENCE.find(present) ?? 'sdk';
}

/** Of rows of several services, those of each service's preferred origin. */
export function preferredRows<Row extends OriginCount & { readonly service: string }>(
  rows: readonly Row[],
): Row[] {
  const byService = new Map<string, Row[]>();
  for (const row of rows) {
    const others = byService.get(row.service);
    if (others === undefined) byService.set(row.service, [row]);
    else others.push(row);
  }
  return [...byService.values()].flatMap((of) => {
    const chosen = preferredOrigin(of);
    return of.filter((row) => row.origin === chosen);
  });
}
