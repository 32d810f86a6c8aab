import { fitText, type Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { pointAt } from './edge-curve.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './layered-layout.ts';
import type { MapScene, SceneEdge, SceneNode } from './map-scene.ts';
import type { MapView } from './map-view.ts';

export interface DrawnState {
  readonly view: MapView;
  readonly palette: Palette;
  readonly selected: string;
  readonly hovered: string;
}

/** Below these, in screen pixels a map pixel, figures, names and arrows are no use. */
const FIGURES_ZOOM_MIN = 0.72;
const ARROWS_ZOOM_MIN = 0.3;
const NAMES_PX_MIN = 5;
/** What a name is wanted to be on the screen when figures are not there, and at most on the map. */
const NAME_PX = 11;
const NAME_MAP_PX_MAX = 26;
const RADIUS = 6;
const DIM_ALPHA = 0.25;

/** Draws the part of the map that is on the screen. */
export function drawMap(
  { context, width, height }: Surface,
  scene: MapScene,
  state: DrawnState,
): void {
  const { view } = state;
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.zoom, view.zoom);
  const box = {
    left: -view.x / view.zoom - NODE_WIDTH,
    top: -view.y / view.zoom - NODE_HEIGHT,
    right: (width - view.x) / view.zoom,
    bottom: (height - view.y) / view.zoom,
  };
  drawLanes(context, scene, state);
  drawEdges(
    context,
    scene.edges.filter((edge) => isIn(edge, box)),
    state,
  );
  const nodes = scene.nodes.filter(
    ({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom,
  );
  drawBoxes(context, nodes, state);
  drawTexts(context, nodes, state);
  context.restore();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A curve stays within the box of its four points. */
function isIn({ curve }: SceneEdge, { left, top, right, bottom }: Box): boolean {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = curve;
  return (
    Math.max(x0, x1, x2, x3) > left &&
    Math.min(x0, x1, x2, x3) < right &&
    Math.max(y0, y1, y2, y3) > top &&
    Math.min(y0, y1, y2, y3) < bottom
  );
}

function drawLanes(context: CanvasRenderingContext2D, scene: MapScene, state: DrawnState): void {
  const { palette, view } = state;
  context.textBaseline = 'middle';
  const size = Math.min(NAME_MAP_PX_MAX, Math.max(12, NAME_PX / view.zoom));
  context.font = `600 ${size}px ${palette.font}`;
  for (const { name, y, height } of scene.lanes) {
    context.fillStyle = palette.hover;
    context.globalAlpha = 0.5;
    context.fillRect(4, y, scene.width - 8, height);
    context.globalAlpha = 1;
    context.fillStyle = palette.textMuted;
    context.fillText(name || 'No group', 14, y + 14);
  }
}

/** Edges of one look at once: a thousand strokes cost more than one of a thousand curves. */
function drawEdges(
  context: CanvasRenderingContext2D,
  edges: readonly SceneEdge[],
  state: DrawnState,
): void {
  const { selected, hovered, palette, view } = state;
  const looks = new Map<string, SceneEdge[]>();
  for (const edge of edges) {
    const isChosen = edge.id === selected || edge.id === hovered;
    const { colour, width, change, isRead } = edge;
    const key = isChosen ? 'chosen' : `${colour} ${width} ${change} ${isRead}`;
    const known = looks.get(key);
    if (known === undefined) looks.set(key, [edge]);
    else known.push(edge);
  }
  for (const [key, some] of looks) {
    const [first] = some;
    if (first === undefined) continue;
    const colour = key === 'chosen' ? palette.text : first.colour;
    context.strokeStyle = colour;
    context.lineWidth = key === 'chosen' ? first.width + 1 : first.width;
    context.globalAlpha = first.change === 'absent' && key !== 'chosen' ? DIM_ALPHA : 1;
    context.setLineDash(dashOf(first));
    context.beginPath();
    for (const { curve: c } of some) {
      context.moveTo(c[0], c[1]);
      context.bezierCurveTo(c[2], c[3], c[4], c[5], c[6], c[7]);
    }
    context.stroke();
    if (view.zoom >= ARROWS_ZOOM_MIN) drawArrows(context, some, colour);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function dashOf({ change, isRead }: SceneEdge): number[] {
  if (change === 'gone') return [2, 4];
  if (!isRead) return [5, 5];
  return change === 'slower' ? [12, 4] : [];
}

function drawArrows(
  context: CanvasRenderingContext2D,
  edges: readonly SceneEdge[],
  colour: string,
): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const { curve, width } of edges) {
    const [x, y] = [curve[6], curve[7]];
    const [bx, by] = pointAt(curve, 0.96);
    const angle = Math.atan2(y - by, x - bx);
    const length = 6 + width;
    context.moveTo(x, y);
    context.lineTo(x - length * Math.cos(angle - 0.4), y - length * Math.sin(angle - 0.4));
    context.lineTo(x - length * Math.cos(angle + 0.4), y - length * Math.sin(angle + 0.4));
    context.closePath();
  }
  context.fill();
}

function drawBoxes(
  context: CanvasRenderingContext2D,
  nodes: readonly SceneNode[],
  { palette, selected, hovered, view }: DrawnState,
): void {
  // A border of a pixel, from however far.
  const border = Math.min(2.5, Math.max(1, 0.8 / view.zoom));
  for (const node of nodes) {
    const { id, x, y, isRound, colour, isDim } = node;
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    context.fillStyle = fillOf(id, { palette, selected, hovered });
    context.strokeStyle = id === selected || id === hovered ? palette.accent : palette.lineStrong;
    context.lineWidth = id === selected ? border * 2 : border;
    context.beginPath();
    context.roundRect(x, y, NODE_WIDTH, NODE_HEIGHT, isRound ? NODE_HEIGHT / 2 : RADIUS);
    context.fill();
    context.stroke();
    context.fillStyle = colour;
    context.fillRect(x, y + 10, 5, NODE_HEIGHT - 20);
  }
  context.globalAlpha = 1;
}

function fillOf(
  id: string,
  { palette, selected, hovered }: Pick<DrawnState, 'palette' | 'selected' | 'hovered'>,
): string {
  if (id === selected) return palette.selected;
  return id === hovered ? palette.hover : palette.surface;
}

/** Names and figures; from afar names alone, as large as they can be. */
function drawTexts(
  context: CanvasRenderingContext2D,
  nodes: readonly SceneNode[],
  { palette, view }: DrawnState,
): void {
  const isNear = view.zoom >= FIGURES_ZOOM_MIN;
  const size = isNear ? 12.5 : Math.min(NAME_MAP_PX_MAX, NAME_PX / view.zoom);
  if (size * view.zoom < NAMES_PX_MIN) return;
  context.textBaseline = 'middle';
  context.font = `600 ${size}px ${palette.font}`;
  context.fillStyle = palette.text;
  for (const { x, y, name, mark, isDim } of nodes) {
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    const room = NODE_WIDTH - 26 - (isNear && mark !== '' ? 26 : 0);
    const middle = isNear ? y + 16 : y + NODE_HEIGHT / 2;
    context.fillText(fittedName(context, name, { size, room }), x + 14, middle);
  }
  if (isNear) drawFigures(context, nodes, palette);
  context.globalAlpha = 1;
}

function drawFigures(
  context: CanvasRenderingContext2D,
  nodes: readonly SceneNode[],
  palette: Palette,
): void {
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textMuted;
  for (const { x, y, figures, isDim } of nodes) {
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    context.fillText(
      fittedName(context, figures, { size: 11, room: NODE_WIDTH - 24 }),
      x + 14,
      y + 33,
    );
  }
  context.font = `650 9.5px ${palette.font}`;
  context.fillStyle = palette.textFaint;
  context.textAlign = 'right';
  for (const { x, y, mark } of nodes) {
    if (mark !== '') context.fillText(mark, x + NODE_WIDTH - 12, y + 16);
  }
  context.textAlign = 'left';
}

/** Measuring text is most of drawing it; a map's names are the same in each frame. */
const FITTED_MAX = 20_000;
const fittedNames = new Map<string, string>();

function fittedName(
  context: CanvasRenderingContext2D,
  text: string,
  { size, room }: { readonly size: number; readonly room: number },
): string {
  const key = `${Math.round(size * 4)} ${room} ${text}`;
  const known = fittedNames.get(key);
  if (known !== undefined) return known;
  if (fittedNames.size >= FITTED_MAX) fittedNames.clear();
  const fitted = fitText(context, text, room);
  fittedNames.set(key, fitted);
  return fitted;
}
