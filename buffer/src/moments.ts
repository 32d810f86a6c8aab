import { type Channel, channel } from 'node:diagnostics_channel';

/**
 * Moments of the log at which a process may die without loss. Drills listen and kill there; without
 * a listener `publish` does nothing.
 */
export const MOMENTS: Readonly<Record<Moment, Channel>> = {
  synced: channel('sonde.buffer.synced'),
  segmentMade: channel('sonde.buffer.segment_made'),
  segmentNamed: channel('sonde.buffer.segment_named'),
  positionWritten: channel('sonde.buffer.position_written'),
};

type Moment =
  /** Records are durable; their sender has no answer yet. */
  | 'synced'
  /** The next segment's file is there; a power loss might take its name. */
  | 'segmentMade'
  /** Its name is durable; nothing is written to it. */
  | 'segmentNamed'
  /** An intent or a position is in a file and not synced. */
  | 'positionWritten';
