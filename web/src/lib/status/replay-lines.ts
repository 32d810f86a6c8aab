import type { DeadLetterStatus } from '@sonde/backend/api-contract';

export interface ReplayLine {
  readonly before: string;
  readonly command: string;
}

const LINES: Readonly<Record<DeadLetterStatus['buffer'], ReplayLine>> = {
  embedded: {
    before: 'When what refused them is mended, with Sonde stopped:',
    command: 'sonde replay --directory .sonde/buffer',
  },
  kafka: {
    before: 'When what refused them is mended, while Sonde runs:',
    command: 'sonde replay --config deploy/config/process.yaml',
  },
};

/** How letters go back, for each kind of buffer that has some. */
export function replayLines(kinds: readonly DeadLetterStatus[]): readonly ReplayLine[] {
  return [...new Set(kinds.map(({ buffer }) => buffer))].sort().map((buffer) => LINES[buffer]);
}
