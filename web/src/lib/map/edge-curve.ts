import { NODE_HEIGHT, NODE_WIDTH, type Placed } from './layout-sizes.ts';

/** Cubic curves one behind the other: where they start, then two controls and an end of each. */
export type Curve = readonly number[];

const LOOP = 34;
const BELOW = 26;
const BEND_MIN = 36;
/** How far a call to the next line leaves what it comes from, and where it goes to. */
const TURN_BEND = 20;

/** The way of a call between two boxes with nothing between them. */
export function curveOf(a: Placed, b: Placed): Curve {
  if (a.x === b.x && a.y === b.y) {
    const x = a.x + NODE_WIDTH - 40;
    return [x, a.y, x, a.y - BELOW, x + LOOP, a.y - BELOW, x + LOOP, a.y];
  }
  // A call to the left leaves below and comes in below, so that it does not lie on the others.
  if (b.x < a.x + NODE_WIDTH) {
    const [down, up] = [a.y + NODE_HEIGHT, b.y + NODE_HEIGHT];
    const low = Math.max(down, up) + BELOW;
    const [ax, bx] = [a.x + NODE_WIDTH / 2, b.x + NODE_WIDTH / 2];
    return [ax, down, ax, low, bx, low, bx, up];
  }
  const [start, end] = endsOf(a, b);
  return [...start, ...bent(start, end)];
}

export type Point = readonly [x: number, y: number];

/** Where a call to the right leaves and comes in. */
export function endsOf(a: Placed, b: Placed): readonly [Point, Point] {
  const middle = NODE_HEIGHT / 2;
  return [
    [a.x + NODE_WIDTH, a.y + middle],
    [b.x, b.y + middle],
  ];
}

/** Through points, level in each of them. */
export function curveThrough(points: readonly Point[]): Curve {
  const [start, ...rest] = points;
  if (start === undefined) return [];
  let last = start;
  const curve = [...start];
  for (const point of rest) {
    curve.push(...bent(last, point));
    last = point;
  }
  return curve;
}

/** On to a box in a lower line: back at a height where there is nothing. */
export function curveByTurn(a: Placed, b: Placed, turnY: number): Curve {
  const [[x1, y1], [x2, y2]] = endsOf(a, b);
  const out = [x1 + TURN_BEND, y1, x1 + TURN_BEND, turnY, x1, turnY];
  const back = [x1, turnY, x2, turnY, x2, turnY];
  return [x1, y1, ...out, ...back, x2 - TURN_BEND, turnY, x2 - TURN_BEND, y2, x2, y2];
}

function bent([x1, y1]: Point, [x2, y2]: Point): readonly number[] {
  const bend = Math.max(Math.min(BEND_MIN, x2 - x1), (x2 - x1) / 2);
  return [x1 + bend, y1, x2 - bend, y2, x2, y2];
}

/** Coordinates of one curve behind where it starts. */
const STRIDE = 6;
const SAMPLES = 24;

/** How many curves there are. */
export function partsOf(curve: Curve): number {
  return Math.max(0, Math.floor((curve.length - 2) / STRIDE));
}

/** How far a point is from a curve, in the curve's pixels. */
export function distanceTo(curve: Curve, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let part = 0; part < partsOf(curve); part++) {
    for (let sample = 0; sample <= SAMPLES; sample++) {
      const [px, py] = pointAt(curve, sample / SAMPLES, part);
      nearest = Math.min(nearest, Math.hypot(px - x, py - y));
    }
  }
  return nearest;
}

/** A point of one part, from its start at 0 to its end at 1. */
export function pointAt(curve: Curve, t: number, part = 0): Point {
  const at = part * STRIDE;
  return [alongAt(curve, at, t), alongAt(curve, at + 1, t)];
}

/** Of one coordinate, whose four values begin at an index. */
function alongAt(curve: Curve, at: number, t: number): number {
  const u = 1 - t;
  const [p0, p1] = [curve[at] ?? 0, curve[at + 2] ?? 0];
  const [p2, p3] = [curve[at + 4] ?? 0, curve[at + 6] ?? 0];
  return u * u * u * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t * t * t * p3;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A curve stays within the box of its points. */
export function boxOf(curve: Curve): Box {
  const [most, least] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const box = { left: most, top: most, right: least, bottom: least };
  for (let at = 0; at + 1 < curve.length; at += 2) {
    const [x, y] = [curve[at] ?? 0, curve[at + 1] ?? 0];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}
