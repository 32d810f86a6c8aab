import { NODE_HEIGHT, NODE_WIDTH, type Placed } from './layered-layout.ts';

/** A cubic curve: start, two controls, end, each x and y. */
export type Curve = readonly [number, number, number, number, number, number, number, number];

const LOOP = 34;
const BELOW = 26;
const BEND_MIN = 36;

/** The way of a call between two boxes. */
export function curveOf(a: Placed, b: Placed): Curve {
  const middle = NODE_HEIGHT / 2;
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
  const [x1, y1, y2] = [a.x + NODE_WIDTH, a.y + middle, b.y + middle];
  const bend = Math.max(BEND_MIN, (b.x - x1) / 2);
  return [x1, y1, x1 + bend, y1, b.x - bend, y2, b.x, y2];
}

const SAMPLES = 24;

/** How far a point is from a curve, in the curve's pixels. */
export function distanceTo(curve: Curve, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const [px, py] = pointAt(curve, sample / SAMPLES);
    nearest = Math.min(nearest, Math.hypot(px - x, py - y));
  }
  return nearest;
}

export function pointAt(
  [x0, y0, x1, y1, x2, y2, x3, y3]: Curve,
  t: number,
): readonly [number, number] {
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}
