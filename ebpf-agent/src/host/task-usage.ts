/** `struct task_usage` of `bpf/record.h`: eight numbers, in its order. */
export const USAGE_FIELDS = 8;

export const Used = {
  runNs: 0,
  delayNs: 1,
  userNs: 2,
  systemNs: 3,
  minorFaults: 4,
  majorFaults: 5,
  readBytes: 6,
  writeBytes: 7,
} as const;

/** What a process has at the moment. */
export interface ProcessHolding {
  threads: number;
  files: number;
  /** Infinite where there is none. */
  filesLimit: number;
  fileBytes: number;
  anonymousBytes: number;
  swapBytes: number;
  sharedBytes: number;
}

export const HOLDS_NOTHING: ProcessHolding = {
  threads: 0,
  files: 0,
  filesLimit: Number.POSITIVE_INFINITY,
  fileBytes: 0,
  anonymousBytes: 0,
  swapBytes: 0,
  sharedBytes: 0,
};

export function residentBytes({ fileBytes, anonymousBytes, sharedBytes }: ProcessHolding): number {
  return fileBytes + anonymousBytes + sharedBytes;
}
