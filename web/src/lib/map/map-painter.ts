import { prepareSurface, type Surface } from '../charts/canvas-surface.ts';
import { type DrawnState, drawMap } from './draw-map.ts';
import type { MapScene } from './map-scene.ts';
import type { MapView } from './map-view.ts';

/** A map that takes longer to draw is moved as a picture of itself. */
const CHEAP_MS = 6;
/** So long after the last movement, and so often while it goes on, it is drawn anew. */
const SETTLED_MS = 90;
const RENEWED_MS = 1000;

/**
 * Draws a map again and again. A large one is moved and zoomed as the picture that was drawn last, so
 * that no frame of a movement is late, and is drawn anew when the movement rests.
 */
export class MapPainter {
  readonly #picture: HTMLCanvasElement = document.createElement('canvas');
  #drawn: { readonly scene: MapScene; readonly state: DrawnState } | undefined;
  #drawnAtMs = 0;
  #costMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  paint(canvas: HTMLCanvasElement, scene: MapScene, state: DrawnState): void {
    clearTimeout(this.#timer);
    const surface = prepareSurface(canvas);
    if (surface === undefined) return;
    if (!this.#isMovement(scene, state)) {
      this.#draw(canvas, surface, { scene, state });
      return;
    }
    this.#move(surface, state.view);
    this.#timer = setTimeout(() => {
      const now = prepareSurface(canvas);
      if (now !== undefined) this.#draw(canvas, now, { scene, state });
    }, SETTLED_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Nothing but the view has changed, and drawing it anew would take long. */
  #isMovement(scene: MapScene, { view, palette, selected, hovered }: DrawnState): boolean {
    const before = this.#drawn;
    if (before === undefined || this.#costMs <= CHEAP_MS) return false;
    const { state } = before;
    const isSame =
      before.scene === scene &&
      state.palette === palette &&
      state.selected === selected &&
      state.hovered === hovered;
    return isSame && state.view !== view && performance.now() - this.#drawnAtMs < RENEWED_MS;
  }

  #draw(
    canvas: HTMLCanvasElement,
    surface: Surface,
    drawn: { readonly scene: MapScene; readonly state: DrawnState },
  ): void {
    const began = performance.now();
    drawMap(surface, drawn.scene, drawn.state);
    const { width, height } = canvas;
    if (this.#picture.width !== width) this.#picture.width = width;
    if (this.#picture.height !== height) this.#picture.height = height;
    const picture = this.#picture.getContext('2d');
    picture?.clearRect(0, 0, width, height);
    picture?.drawImage(canvas, 0, 0);
    this.#drawn = drawn;
    this.#drawnAtMs = performance.now();
    this.#costMs = this.#drawnAtMs - began;
  }

  #move({ context, width, height }: Surface, view: MapView): void {
    const before = this.#drawn?.state.view;
    if (before === undefined) return;
    const by = view.zoom / before.zoom;
    const [x, y] = [view.x - before.x * by, view.y - before.y * by];
    context.drawImage(this.#picture, x, y, width * by, height * by);
  }
}
