export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PointerActions {
  readonly move: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: Point) => void;
  readonly click: (at: Point) => void;
}

/** A pointer that moved less than this, in pixels, was a click. */
const CLICK_PX_MAX = 4;

/** One pointer moves the map, two zoom it. */
export class MapPointers {
  readonly #actions: PointerActions;
  readonly #down = new Map<number, Point>();
  #travelled = 0;

  constructor(actions: PointerActions) {
    this.#actions = actions;
  }

  get isDown(): boolean {
    return this.#down.size > 0;
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (event.target instanceof Element) event.target.setPointerCapture(event.pointerId);
    this.#travelled = this.#down.size === 0 ? 0 : Number.POSITIVE_INFINITY;
    this.#down.set(event.pointerId, pointOf(event));
  }

  moved(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId);
    if (before === undefined) return;
    const now = pointOf(event);
    this.#travelled += Math.hypot(now.x - before.x, now.y - before.y);
    this.#down.set(event.pointerId, now);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      if (this.#travelled > CLICK_PX_MAX) this.#actions.move(now.x - before.x, now.y - before.y);
      return;
    }
    const [was, is] = [before, now].map((at) => Math.hypot(at.x - other.x, at.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    if (was !== undefined && is !== undefined && was > 0) this.#actions.zoom(is / was, middle);
  }

  up(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#down.size === 0 && this.#travelled <= CLICK_PX_MAX)
      this.#actions.click(pointOf(event));
  }

  cancel(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
  }
}

function pointOf({ offsetX, offsetY }: PointerEvent): Point {
  return { x: offsetX, y: offsetY };
}
