import type { TargetGroup } from '../config/discovery-config.ts';

/** Where addresses come from. */
export interface Discovery {
  /** `update` is called with all groups whenever they may have changed, first as soon as possible. */
  start(update: (groups: readonly TargetGroup[]) => void): void;
  stop(): Promise<void>;
}

/** Told once for each problem; groups found before stay. */
export type ProblemListener = (where: string, reason: string) => void;
