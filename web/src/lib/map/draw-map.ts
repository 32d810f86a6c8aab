import { fitText, type Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { printable } from '../format/printable.ts';
import { type Box, partsOf, pointAt } from './edge-curve.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './layout-sizes.ts';
import type { MapScene, SceneEdge, SceneNode } from './map-scene.ts';
import type { MapView } from './map-view.ts';
import { linesOfName } from './name-lines.ts';

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
/** The same for names in two lines. */
const NAME_PX_OF_TWO = 21;
const NAMES_PX_OF_TWO_MIN = 6;
const NAME_ROOM = NODE_WIDTH - 26;
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

function isIn({ box }: SceneEdge, { left, top, right, bottom }: Box): boolean {
  return box.right > left && box.left < right && box.bottom > top && box.top < bottom;
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
  const hasSelected = edges.some(({ from, to }) => from === selected || to === selected);
  const looks = new Map<string, { readonly edges: SceneEdge[]; readonly weight: Weight }>();
  for (const edge of edges) {
    const weight = weightOf(edge, { selected, hovered, hasSelected });
    const { colour, width, change, isRead } = edge;
    const key = `${weight} ${weight === 'chosen' ? '' : colour} ${width} ${change} ${isRead}`;
    const known = looks.get(key);
    if (known === undefined) looks.set(key, { edges: [edge], weight });
    else known.edges.push(edge);
  }
  const ordered = [...looks.values()].sort((a, b) => ORDER[a.weight] - ORDER[b.weight]);
  for (const { edges: some, weight } of ordered) {
    const [first] = some;
    if (first === undefined) continue;
    const colour = weight === 'chosen' ? palette.text : first.colour;
    context.strokeStyle = colour;
    // However far away, a line is a pixel wide.
    context.lineWidth = Math.max(first.width, 1 / view.zoom) + (ORDER[weight] > 1 ? 1 : 0);
    const isDim = weight === 'dim' || (first.change === 'absent' && ORDER[weight] < 2);
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    context.setLineDash(dashOf(first));
    context.beginPath();
    for (const { curve } of some) trace(context, curve);
    context.stroke();
    if (view.zoom >= ARROWS_ZOOM_MIN) drawArrows(context, some, colour);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** From what steps back, because a node is selected, to what is selected itself. */
type Weight = 'dim' | 'plain' | 'near' | 'chosen';

/** What is drawn on top of what. */
const ORDER: Readonly<Record<Weight, number>> = { dim: 0, plain: 1, near: 2, chosen: 3 };

function weightOf(
  { id, from, to }: SceneEdge,
  is: { readonly selected: string; readonly hovered: string; readonly hasSelected: boolean },
): Weight {
  if (id === is.selected || id === is.hovered) return 'chosen';
  const isNear = [is.selected, is.hovered].some((each) => each === from || each === to);
  if (isNear) return 'near';
  return is.hasSelected ? 'dim' : 'plain';
}

function trace(context: CanvasRenderingContext2D, c: readonly number[]): void {
  context.moveTo(c[0] ?? 0, c[1] ?? 0);
  for (let at = 2; at + 5 < c.length; at += 6) {
    context.bezierCurveTo(
      ...([c[at] ?? 0, c[at + 1] ?? 0, c[at + 2] ?? 0] as const),
      ...([c[at + 3] ?? 0, c[at + 4] ?? 0, c[at + 5] ?? 0] as const),
    );
  }
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
    const last = partsOf(curve) - 1;
    const [x, y] = pointAt(curve, 1, last);
    const [bx, by] = pointAt(curve, 0.96, last);
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
  if (view.zoom < FIGURES_ZOOM_MIN) {
    drawNamesAlone(context, nodes, { palette, view });
    return;
  }
  context.textBaseline = 'middle';
  context.font = `600 12.5px ${palette.font}`;
  context.fillStyle = palette.text;
  for (const { x, y, name, mark, isDim } of nodes) {
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    const room = NAME_ROOM - (mark === '' ? 0 : 26);
    context.fillText(fittedName(context, name, { size: 12.5, room }), x + 14, y + 16);
  }
  drawFigures(context, nodes, palette);
  context.globalAlpha = 1;
}

/** In two smaller lines where one cuts them and such can be read. */
function drawNamesAlone(
  context: CanvasRenderingContext2D,
  nodes: readonly SceneNode[],
  { palette, view }: Pick<DrawnState, 'palette' | 'view'>,
): void {
  const size = Math.min(NAME_MAP_PX_MAX, NAME_PX / view.zoom);
  if (size * view.zoom < NAMES_PX_MIN) return;
  const small = Math.min(NAME_PX_OF_TWO, size);
  const canBreak = small * view.zoom >= NAMES_PX_OF_TWO_MIN;
  context.textBaseline = 'middle';
  context.fillStyle = palette.text;
  context.font = `600 ${size}px ${palette.font}`;
  const long: SceneNode[] = [];
  for (const node of nodes) {
    const text = fittedName(context, node.name, { size, room: NAME_ROOM });
    if (canBreak && text !== printable(node.name)) {
      long.push(node);
      continue;
    }
    context.globalAlpha = node.isDim ? DIM_ALPHA : 1;
    context.fillText(text, node.x + 14, node.y + NODE_HEIGHT / 2);
  }
  context.font = `600 ${small}px ${palette.font}`;
  for (const { x, y, name, isDim } of long) {
    context.globalAlpha = isDim ? DIM_ALPHA : 1;
    const [first, second] = linesOfName(name).map((line) =>
      fittedName(context, line, { size: small, room: NAME_ROOM }),
    );
    context.fillText(first ?? '', x + 14, y + NODE_HEIGHT * 0.27);
    context.fillText(second ?? '', x + 14, y + NODE_HEIGHT * 0.73);
  }
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
