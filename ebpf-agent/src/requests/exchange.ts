import type { Workload } from '../entities/workload.ts';
import { Role } from '../records/layout.ts';
import type { Connection } from './connection.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { RequestProtocol } from './request-protocol.ts';
import type { TraceLinks } from './trace-links.ts';

/** A request and what became of it. */
export interface Exchange extends Outcome {
  readonly workload: Workload;
  readonly connection: Connection;
  readonly protocol: RequestProtocol;
  readonly meaning: Meaning;
  /** CLOCK_MONOTONIC. */
  readonly startNs: number;
  readonly durationNs: number;
  readonly requestBytes: number;
  /** That were sent together and answered together. */
  readonly commands: number;
  readonly links: TraceLinks | undefined;
}

export function isServer({ connection }: Exchange): boolean {
  return connection.role === Role.server;
}
