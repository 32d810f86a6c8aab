import type { ServicesResponse, TraceSummary } from '@sonde/backend/api-contract';

/** Names of Sonde's own services that sent requests in the range, as the API marks them. */
export function ownServices(answer: ServicesResponse | undefined): ReadonlySet<string> {
  return new Set((answer?.services ?? []).filter((row) => row.own).map((row) => row.service));
}

/** A trace in which nobody but Sonde took part. */
export function isOwnTrace(trace: TraceSummary, own: ReadonlySet<string>): boolean {
  return trace.services.length > 0 && trace.services.every((service) => own.has(service));
}
