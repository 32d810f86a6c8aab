import { numberAt, splitFields, textAt } from './fields.ts';

export interface SwapDevice {
  readonly device: string;
  readonly sizeBytes: number;
  readonly usedBytes: number;
}

const KIB = 1024;

/** Reads /proc/swaps (proc_swaps(5)); the first line is a header. */
export function parseSwaps(text: string): SwapDevice[] {
  const devices: SwapDevice[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = splitFields(line);
    if (fields.length === 0) continue;
    devices.push({
      device: textAt(fields, 0),
      sizeBytes: numberAt(fields, 2) * KIB,
      usedBytes: numberAt(fields, 3) * KIB,
    });
  }
  return devices;
}
