import { printable } from '../format/printable.ts';

export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels; the context is scaled to device pixels already. */
  readonly width: number;
  readonly height: number;
}

/** Canvases refuse to be wider than this many device pixels. */
const SIDE_PX_MAX = 8192;

/**
 * Sizes the canvas to its box at the screen's resolution, clears it and hands out its context.
 * Undefined while the box has no size (hidden) or the browser has no 2D context.
 */
export function prepareSurface(canvas: HTMLCanvasElement): Surface | undefined {
  const context = canvas.getContext('2d');
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (context === null || width === 0 || height === 0) return undefined;
  const ratio = Math.min(window.devicePixelRatio || 1, SIDE_PX_MAX / width, SIDE_PX_MAX / height);
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Calls `changed` when the box of the element changes its size; returns the undo. */
export function watchSize(element: Element, changed: () => void): () => void {
  const observer = new ResizeObserver(changed);
  observer.observe(element);
  return () => observer.disconnect();
}

/** Text cut with an ellipsis to fit `widthMax` in the context's font; empty if nothing fits. */
export function fitText(
  context: CanvasRenderingContext2D,
  wanted: string,
  widthMax: number,
): string {
  const text = printable(wanted);
  if (context.measureText(text).width <= widthMax) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= widthMax) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`;
}
