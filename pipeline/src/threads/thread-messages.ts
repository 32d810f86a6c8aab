import type { MessagePort } from 'node:worker_threads';
import type { ComponentStatus } from '../component.ts';
import type { FeatureGate } from '../config/feature-gates.ts';
import type { LogFields, LogLevel } from '../logger.ts';

/** What a thread of a receiver starts with. */
export interface ThreadData<Own = unknown> {
  readonly receiver: string;
  /** The whole configuration, merged and expanded; see `reviveConfig`. */
  readonly root: unknown;
  readonly gates: ReadonlySet<FeatureGate>;
  readonly index: number;
  readonly count: number;
  readonly port: MessagePort;
  /** What the distribution gives its threads. */
  readonly own: Own;
}

/** What a thread tells the first one. */
export type FromThread =
  | { readonly kind: 'ready' }
  /** It could not start, or not shut down; it ends. */
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'status';
      readonly component: string;
      readonly state: ComponentStatus['state'];
      readonly message: string | undefined;
    }
  | {
      readonly kind: 'line';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields;
    };

/** The one thing that a thread is told: shut down and end. */
export const STOP = 'stop';
