import type { LogCounters } from '@sonde/buffer';
import { OwnTelemetry } from '@sonde/pipeline';

/** Shows what damage the log met since it was opened; returns what ends that. */
export function observeDamage(
  id: string,
  counters: LogCounters,
  { meter }: OwnTelemetry = new OwnTelemetry(),
): () => void {
  const labels = { receiver: id };
  const damaged = meter.createObservableCounter('sonde_receiver_buffer_groups_damaged', {
    unit: '{files}',
    description: 'Number of files of positions that were damaged, emptied or gone.',
  });
  const lost = meter.createObservableCounter('sonde_receiver_buffer_groups_lost', {
    unit: '{files}',
    description:
      'Number of files of positions whose copy was damaged too: ranges may be delivered twice.',
  });
  const gone = meter.createObservableCounter('sonde_receiver_buffer_segments_gone', {
    unit: '{files}',
    description: 'Number of segments that somebody removed while they were written to.',
  });
  type Result = Parameters<Parameters<typeof damaged.addCallback>[0]>[0];
  const observeDamaged = (result: Result): void => result.observe(counters.groupsDamaged, labels);
  const observeLost = (result: Result): void => result.observe(counters.groupsLost, labels);
  const observeGone = (result: Result): void => result.observe(counters.segmentsGone, labels);
  damaged.addCallback(observeDamaged);
  lost.addCallback(observeLost);
  gone.addCallback(observeGone);
  return () => {
    damaged.removeCallback(observeDamaged);
    lost.removeCallback(observeLost);
    gone.removeCallback(observeGone);
  };
}
