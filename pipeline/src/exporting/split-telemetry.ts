import { type EncodedRequest, splitRequest } from '@sonde/proto';
import type { Telemetry } from '../telemetry.ts';
import { sizeOf } from './size.ts';

export interface TelemetryLimit {
  readonly sizer: 'items' | 'bytes';
  /** 0 is no limit. */
  readonly max: number;
}

/**
 * A batch as batches within the limit, in order: whole requests together where they fit, a request
 * over the limit cut between its items. What is within the limit is returned as it is. Requests of
 * profiles stand alone: they cannot be joined.
 */
export function splitTelemetry(telemetry: Telemetry, limit: TelemetryLimit): readonly Telemetry[] {
  const { sizer, max } = limit;
  const { requests, signal } = telemetry;
  if (signal === 'profiles' && requests.length > 1) {
    return requests.map((request) => telemetry.withRequests([request]));
  }
  if (max === 0 || sizeOf(telemetry, sizer) <= max) return [telemetry];
  const sizeOfOne = (request: EncodedRequest): number =>
    sizer === 'items' ? request.itemCount : request.bytes.length;
  const pieces = requests.flatMap((request) =>
    sizeOfOne(request) <= max ? [request] : splitRequest(request, limit),
  );
  const batches: EncodedRequest[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const piece of pieces) {
    if (size + sizeOfOne(piece) > max) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(piece);
    size += sizeOfOne(piece);
  }
  return batches.map((batch) => telemetry.withRequests(batch));
}
