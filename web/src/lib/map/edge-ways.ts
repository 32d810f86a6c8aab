import {
  type Curve,
  curveByTurn,
  curveOf,
  curveThrough,
  endsOf,
  type Point,
  pointAt,
} from './edge-curve.ts';
import { type Layout, NODE_HEIGHT, NODE_WIDTH, type Placed, ROW_GAP } from './layout-sizes.ts';

/** In the middle between two boxes of a column. */
const CLEAR = ROW_GAP / 2;
/** Ways to different rows lie beside each other in a gap; those to one are one line. */
const TRACKS = [-3, 0, 3] as const;
/** A way that comes nearer to a box than this goes around it. */
const NEAR = 3;
const SAMPLES = 24;

/** Boxes of one left side: their upper sides, from above. */
interface Column {
  readonly x: number;
  readonly tops: readonly number[];
}

/** Finds ways for calls on a layout: between boxes of the columns that they pass, never behind them. */
export class EdgeWays {
  readonly #columns: readonly Column[];
  readonly #turns: readonly number[];

  constructor({ nodes, turns }: Pick<Layout, 'nodes' | 'turns'>) {
    const columns = new Map<number, number[]>();
    for (const { x, y } of nodes.values()) {
      const known = columns.get(x);
      if (known === undefined) columns.set(x, [y]);
      else known.push(y);
    }
    this.#columns = [...columns]
      .map(([x, tops]) => ({ x, tops: tops.sort((a, b) => a - b) }))
      .sort((a, b) => a.x - b.x);
    this.#turns = turns;
  }

  wayOf(a: Placed, b: Placed): Curve {
    const curve = curveOf(a, b);
    if (b.x < a.x + NODE_WIDTH) {
      const turn = this.#turns.findLast((y) => y > a.y && y < b.y);
      return turn === undefined ? curve : curveByTurn(a, b, turn);
    }
    const between = this.#columns.filter(({ x }) => x >= a.x + NODE_WIDTH && x + NODE_WIDTH <= b.x);
    const isHidden = between.some((column) => isBehind(curve, column));
    return isHidden ? curveThrough(around(endsOf(a, b), between)) : curve;
  }
}

function isBehind(curve: Curve, { x: left, tops }: Column): boolean {
  for (let sample = 1; sample < SAMPLES; sample++) {
    const [x, y] = pointAt(curve, sample / SAMPLES);
    if (x < left || x > left + NODE_WIDTH) continue;
    if (boxNear(tops, y, NEAR) !== undefined) return true;
  }
  return false;
}

/** Level past each column, as near to the straight line as its boxes let it. */
function around(
  [start, end]: readonly [Point, Point],
  columns: readonly Column[],
): readonly Point[] {
  const points: Point[] = [start];
  const row = Math.round(end[1] / (NODE_HEIGHT + ROW_GAP));
  const track = TRACKS[Math.abs(row) % TRACKS.length] ?? 0;
  let [x, y] = start;
  for (const { x: left, tops } of columns) {
    // Columns of other lines may overlap.
    if (left - CLEAR < x) continue;
    const share = (left + NODE_WIDTH / 2 - x) / (end[0] - x);
    const wished = y + (end[1] - y) * share;
    y = clearOf(tops, wished, track);
    x = left + NODE_WIDTH + CLEAR;
    points.push([left - CLEAR, y], [x, y]);
  }
  return [...points, end];
}

/** The height nearest to `y` at which nothing is; in a gap off its middle by `track`. */
function clearOf(tops: readonly number[], y: number, track: number): number {
  const top = boxNear(tops, y, CLEAR - 1);
  if (top === undefined) return y;
  return track + (y < top + NODE_HEIGHT / 2 ? top - CLEAR : top + NODE_HEIGHT + CLEAR);
}

/** The upper side of the box that a height is in, or so near to. */
function boxNear(tops: readonly number[], y: number, near: number): number | undefined {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) - near <= y) low = middle + 1;
    else high = middle;
  }
  const top = tops[low - 1];
  return top !== undefined && y <= top + NODE_HEIGHT + near ? top : undefined;
}
