import { Telemetry } from '@sonde/pipeline';
import { type EncodedRequest, splitRequest } from '@sonde/proto';

/** A batch to send, and which of the waiting ones have requests in it. */
export interface CutBatch {
  readonly telemetry: Telemetry;
  readonly members: readonly number[];
}

/**
 * The requests of `waiting` as batches of at most `itemsMax` items (0 is no limit), in order.
 * Requests over it are cut between items; no other is read.
 */
export function cutBatches(
  waiting: readonly [Telemetry, ...Telemetry[]],
  itemsMax: number,
): readonly CutBatch[] {
  const [first] = waiting;
  if (itemsMax === 0) {
    return [{ telemetry: Telemetry.join(waiting), members: waiting.map((_, i) => i) }];
  }
  const batches: CutBatch[] = [];
  let requests: EncodedRequest[] = [];
  let members: number[] = [];
  let items = 0;
  const close = (): void => {
    if (requests.length > 0) batches.push({ telemetry: first.withRequests(requests), members });
    requests = [];
    members = [];
    items = 0;
  };
  for (const [member, telemetry] of waiting.entries()) {
    for (const request of telemetry.requests.flatMap((each) => piecesOf(each, itemsMax))) {
      if (items + request.itemCount > itemsMax) close();
      requests.push(request);
      items += request.itemCount;
      if (members.at(-1) !== member) members.push(member);
    }
  }
  close();
  return batches;
}

function piecesOf(request: EncodedRequest, itemsMax: number): readonly EncodedRequest[] {
  if (request.itemCount <= itemsMax) return [request];
  return splitRequest(request, { sizer: 'items', max: itemsMax });
}
