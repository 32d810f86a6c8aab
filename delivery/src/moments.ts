import { type Channel, channel } from 'node:diagnostics_channel';

/**
 * Moments of a delivery at which a process may die without loss. Drills listen and kill there;
 * without a listener `publish` does nothing.
 */
export const MOMENTS: Readonly<Record<Moment, Channel>> = {
  assigned: channel('sonde.delivery.assigned'),
  begun: channel('sonde.delivery.begun'),
  taken: channel('sonde.delivery.taken'),
  committed: channel('sonde.delivery.committed'),
  revoked: channel('sonde.delivery.revoked'),
};

type Moment =
  /** A partition is ours; nothing of it is read. */
  | 'assigned'
  /** The intent is durable; the pipeline has seen nothing of the range. */
  | 'begun'
  /** The pipeline took the range; it is not committed. */
  | 'taken'
  | 'committed'
  /** A partition is somebody else's; its pump has not ended. */
  | 'revoked';
