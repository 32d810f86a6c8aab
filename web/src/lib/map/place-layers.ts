import {
  BAND_GAP,
  COLUMN_GAP,
  LANE_GAP,
  LANE_HEAD,
  LAYER_GAP,
  type Lane,
  type Layout,
  MARGIN,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Placed,
  ROW_GAP,
} from './layout-sizes.ts';

/** Layers of more nodes stand in several columns, so that the whole has the shape of a screen. */
const ROWS_MIN = 8;
const ASPECT = 1.7;
/** What a screen shows side by side at a size that can be read is never broken into lines. */
const WIDTH_FREE = 1700;
const LINES_MAX = 24;
/** Reading on in a new line is work: it has to make everything so much larger. */
const LINES_GAIN = 0.8;

/** By lane and layer, ids in their order. */
export type Cells = readonly (readonly (readonly string[])[])[];

/** How layers are broken: rows of a column at most, and the layers of each line. */
interface Shape {
  readonly rows: number;
  /** Of each layer how many columns its longest lane takes. */
  readonly columns: readonly number[];
  /** First layer of each line, and behind the last one. */
  readonly breaks: readonly number[];
}

/**
 * Where everything stands. Layers stand side by side; a map that would be far wider than a screen is
 * broken into lines like a text, each lane on its own.
 */
export function placeLayers(cells: Cells, lanes: readonly (string | undefined)[]): Layout {
  const shape = shapeFor(cells);
  const { columns, breaks } = shape;
  const lefts = leftsOf(columns, breaks);
  const nodes = new Map<string, Placed>();
  const bands: Lane[] = [];
  const turns: number[] = [];
  let top = MARGIN;
  for (const [index, lane] of cells.entries()) {
    const name = lanes[index];
    let y = top + (name === undefined ? 0 : LANE_HEAD);
    for (const [line, layers] of linesOf(lane, breaks).entries()) {
      if (line > 0) turns.push(y - BAND_GAP / 2);
      const height = lineHeight(layers, shape.rows);
      for (const { layer, ids } of layers)
        placeLayer(ids, { rows: shape.rows, y, height, left: lefts[layer] ?? 0, nodes });
      y += height + BAND_GAP;
    }
    const bottom = y - BAND_GAP + (name === undefined ? 0 : ROW_GAP);
    if (name !== undefined) bands.push({ name, y: top, height: bottom - top });
    top = bottom + LANE_GAP;
  }
  const size = { width: widthOf(columns, breaks), height: top - LANE_GAP + MARGIN };
  return { ...size, nodes, lanes: bands, turns };
}

interface Layer {
  readonly layer: number;
  readonly ids: readonly string[];
}

/** The lines of a lane that have a node in them; one at least. */
function linesOf(
  lane: readonly (readonly string[])[],
  breaks: readonly number[],
): readonly (readonly Layer[])[] {
  const layers = lane.map((ids, layer) => ({ layer, ids }));
  const lines = breaks.slice(1).map((end, line) => layers.slice(breaks[line], end));
  const used = lines.filter((line) => line.some(({ ids }) => ids.length > 0));
  return used.length === 0 ? [[]] : used;
}

function placeLayer(
  ids: readonly string[],
  at: {
    readonly rows: number;
    readonly y: number;
    readonly height: number;
    readonly left: number;
    readonly nodes: Map<string, Placed>;
  },
): void {
  const used = Math.min(at.rows, Math.ceil(ids.length / Math.ceil(ids.length / at.rows)));
  const step = NODE_HEIGHT + ROW_GAP;
  for (const [index, id] of ids.entries()) {
    const column = Math.floor(index / used);
    const inColumn = Math.min(used, ids.length - column * used);
    const top = at.y + (at.height - (inColumn * step - ROW_GAP)) / 2;
    const x = at.left + column * (NODE_WIDTH + COLUMN_GAP);
    at.nodes.set(id, { x, y: top + (index % used) * step });
  }
}

/** The shape that a screen shows largest. */
function shapeFor(cells: Cells): Shape {
  const plain = shapeOf(cells, 1);
  if (widthOf(plain.columns, plain.breaks) <= WIDTH_FREE) return plain;
  const most = Math.min(LINES_MAX, plain.columns.length);
  let [best, least] = [plain, sideOf(cells, plain) * LINES_GAIN];
  for (let lines = 2; lines <= most; lines++) {
    const shape = shapeOf(cells, lines);
    const side = sideOf(cells, shape);
    if (side < least) [best, least] = [shape, side];
  }
  return best;
}

/** The height of a screen that shows all of it at its own size. */
function sideOf(cells: Cells, { rows, columns, breaks }: Shape): number {
  return Math.max(widthOf(columns, breaks) / ASPECT, heightOf(cells, breaks, rows));
}

/** In about so many lines; rows so that the whole is about as wide as a screen is. */
function shapeOf(cells: Cells, lines: number): Shape {
  const most = Math.max(1, ...cells.flatMap((lane) => lane.map((ids) => ids.length)));
  for (let rows = Math.min(ROWS_MIN, most); ; rows++) {
    const columns = columnsOf(cells, rows);
    const breaks = breaksOf(columns, lines);
    const isHigh = widthOf(columns, breaks) <= heightOf(cells, breaks, rows) * ASPECT;
    if (isHigh || rows >= most) return { rows, columns, breaks };
  }
}

/** Lines of about the same width. */
function breaksOf(columns: readonly number[], lines: number): readonly number[] {
  const all = columns.reduce((sum, count) => sum + stepOf(count), 0);
  const breaks = [0];
  let width = 0;
  for (const [layer, count] of columns.entries()) {
    if (width > 0 && width + stepOf(count) > all / lines + 1) {
      breaks.push(layer);
      width = 0;
    }
    width += stepOf(count);
  }
  return [...breaks, columns.length];
}

function heightOf(cells: Cells, breaks: readonly number[], rows: number): number {
  return cells.reduce((sum, lane) => {
    const lines = linesOf(lane, breaks);
    const used = lines.reduce((height, line) => height + lineHeight(line, rows), 0);
    return sum + used + (lines.length - 1) * BAND_GAP + LANE_GAP;
  }, 0);
}

function lineHeight(line: readonly Layer[], rows: number): number {
  const used = Math.max(1, ...line.map(({ ids }) => Math.min(ids.length, rows)));
  return used * (NODE_HEIGHT + ROW_GAP) - ROW_GAP;
}

function columnsOf(cells: Cells, rows: number): readonly number[] {
  const layers = Math.max(0, ...cells.map((lane) => lane.length));
  return Array.from({ length: layers }, (_, layer) =>
    Math.max(1, ...cells.map((lane) => Math.ceil((lane[layer]?.length ?? 0) / rows))),
  );
}

/** From one layer to the next. */
function stepOf(columns: number): number {
  return columns * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP + LAYER_GAP;
}

function leftsOf(columns: readonly number[], breaks: readonly number[]): readonly number[] {
  const firsts = new Set(breaks);
  let left = MARGIN;
  return columns.map((count, layer) => {
    if (firsts.has(layer)) left = MARGIN;
    const own = left;
    left += stepOf(count);
    return own;
  });
}

function widthOf(columns: readonly number[], breaks: readonly number[]): number {
  const lines = breaks
    .slice(1)
    .map((end, line) => columns.slice(breaks[line], end).reduce((sum, n) => sum + stepOf(n), 0));
  return MARGIN * 2 + Math.max(0, ...lines.map((width) => width - LAYER_GAP));
}
