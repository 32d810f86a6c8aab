import type { Workload } from '../entities/workload.ts';
import { Role } from '../records/layout.ts';
import type { Connection } from './connection.ts';
import type { ProtocolExchange, RequestProtocol } from './request-protocol.ts';
import type { TraceLinks } from './trace-links.ts';

/** A request and what became of it. */
export interface Exchange extends ProtocolExchange {
  readonly workload: Workload;
  readonly connection: Connection;
  readonly protocol: RequestProtocol;
  /** CLOCK_MONOTONIC. */
  readonly startNs: number;
  readonly links: TraceLinks | undefined;
}

export function isServer({ connection }: ProtocolExchange): boolean {
  return connection.role === Role.server;
}
