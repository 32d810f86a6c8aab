import type { KeyValue } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { LISTEN_DROPPED, LISTEN_QUEUE, LISTEN_QUEUE_MAX } from '../metrics/definitions.ts';
import type { RecordView } from '../records/record-view.ts';
import { attributesOf } from './attributes.ts';

/** How full the queue of a listening socket is, in the numbers of the service that has it. */
export function countListener(record: RecordView, { metrics }: Workload): void {
  const { localAddress, localPort, drops, queue, queueMax } = record;
  const attributes = (): readonly KeyValue[] =>
    attributesOf({ 'server.address': localAddress, 'server.port': localPort });
  const place = { key: `${localAddress}:${localPort}`, attributes };
  if (drops > 0) metrics.add(LISTEN_DROPPED, place, drops);
  metrics.set(LISTEN_QUEUE, place, queue);
  metrics.set(LISTEN_QUEUE_MAX, place, queueMax);
}
