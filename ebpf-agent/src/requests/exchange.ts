import type { Workload } from '../entities/workload.ts';
import { Role } from '../records/layout.ts';
import type { Connection } from './connection.ts';
import type { Meaning } from './meaning.ts';
import type { RequestProtocol } from './request-protocol.ts';

/** A request and what became of it. */
export interface Exchange {
  readonly workload: Workload;
  readonly connection: Connection;
  readonly protocol: RequestProtocol;
  readonly meaning: Meaning;
  /** CLOCK_MONOTONIC. */
  readonly startNs: number;
  readonly durationNs: number;
  /** Of HTTP; 0 without an answer. */
  readonly status: number;
  readonly flags: number;
  /** Of databases. */
  readonly code: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

export function isServer({ connection }: Exchange): boolean {
  return connection.role === Role.server;
}
