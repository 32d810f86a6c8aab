import type { FlameFrame, FrameTimes } from '@sonde/backend/api-contract';

/** What the width of a frame stands for. */
export const FLAME_TIMES: readonly ['wall', 'critical'] = ['wall', 'critical'];
export type FlameTime = (typeof FLAME_TIMES)[number];

export interface FlameCell {
  /** Index into the frames of the answer. */
  readonly frame: number;
  readonly depth: number;
  /** Shares of the width, 0 to 1. */
  readonly left: number;
  readonly width: number;
  /** Nanoseconds a request, on both sides. */
  readonly selectedNs: number;
  readonly baselineNs: number;
}

/** Narrower frames cannot be seen. */
const WIDTH_MIN = 0.0005;

export function totalOf(times: FrameTimes, time: FlameTime): number {
  return time === 'wall' ? times.totalNs : times.criticalTotalNs;
}

export function selfOf(times: FrameTimes, time: FlameTime): number {
  return time === 'wall' ? times.selfNs : times.criticalSelfNs;
}

/**
 * Frames below `root` as cells, callers above what they call, the widest first. Widths are times of
 * the selection; where it has none, of the baseline.
 */
export function frameCells(
  frames: readonly FlameFrame[],
  requests: { readonly selected: number; readonly baseline: number },
  { root, time }: { readonly root: number; readonly time: FlameTime },
): FlameCell[] {
  const children = new Map<number, number[]>();
  frames.forEach(({ parent }, i) => {
    const others = children.get(parent);
    if (others === undefined) children.set(parent, [i]);
    else others.push(i);
  });
  const mean = (i: number, side: 'selected' | 'baseline'): number => {
    const times = frames[i]?.[side];
    return times === undefined ? 0 : totalOf(times, time) / Math.max(requests[side], 1);
  };
  const side = mean(root, 'selected') > 0 ? 'selected' : 'baseline';
  const whole = mean(root, side);
  const cells: FlameCell[] = [];
  const stack = [{ frame: root, depth: 0, left: 0 }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const width = whole > 0 ? mean(at.frame, side) / whole : 0;
    if (width < WIDTH_MIN && at.frame !== root) continue;
    const selectedNs = mean(at.frame, 'selected');
    cells.push({ ...at, width, selectedNs, baselineNs: mean(at.frame, 'baseline') });
    const below = [...(children.get(at.frame) ?? [])];
    below.sort((a, b) => mean(b, side) - mean(a, side));
    let { left } = at;
    for (const frame of below) {
      stack.push({ frame, depth: at.depth + 1, left });
      left += whole > 0 ? mean(frame, side) / whole : 0;
    }
  }
  return cells;
}

/** How much slower than in the baseline: -1 to 1, of the whole request; 0 without a baseline. */
export function slowerBy(
  cell: FlameCell,
  whole: FlameCell | undefined,
  hasBaseline: boolean,
): number {
  if (!hasBaseline || whole === undefined) return 0;
  const scale = Math.max(Math.abs(whole.selectedNs - whole.baselineNs), whole.baselineNs * 0.05, 1);
  return Math.max(-1, Math.min(1, (cell.selectedNs - cell.baselineNs) / scale));
}

export interface SelfRow {
  readonly service: string;
  readonly name: string;
  /** Nanoseconds a request. */
  readonly selectedNs: number;
  readonly baselineNs: number;
  readonly spans: number;
}

/** Time by operation, wherever it was called from; the most of the selection first. */
export function selfTimes(
  frames: readonly FlameFrame[],
  requests: { readonly selected: number; readonly baseline: number },
  time: FlameTime,
): SelfRow[] {
  const rows = new Map<string, SelfRow>();
  for (const frame of frames) {
    if (frame.what !== 'span') continue;
    const key = JSON.stringify([frame.service, frame.name]);
    const known = rows.get(key);
    rows.set(key, {
      service: frame.service,
      name: frame.name,
      selectedNs:
        (known?.selectedNs ?? 0) + selfOf(frame.selected, time) / Math.max(requests.selected, 1),
      baselineNs:
        (known?.baselineNs ?? 0) + selfOf(frame.baseline, time) / Math.max(requests.baseline, 1),
      spans: (known?.spans ?? 0) + frame.selected.spans / Math.max(requests.selected, 1),
    });
  }
  return [...rows.values()].sort((a, b) => b.selectedNs - a.selectedNs);
}
