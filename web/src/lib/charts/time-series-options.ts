import type uPlot from 'uplot';
import { trimZeros } from '../format/significant.ts';
import type { Palette } from './palette.svelte.ts';
import { tickLabel } from './time-axis.ts';

export interface ChartSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** A colour of the palette, as CSS text. */
  readonly colour: string;
  readonly fill?: boolean;
  readonly hidden?: boolean;
  /** Of another time: drawn as dashes. */
  readonly dashed?: boolean;
  /** Where it is of another unit than its neighbours. */
  readonly format?: (value: number) => string;
}

/** A single measurement that can be opened. */
export interface ChartMark {
  readonly ms: number;
  readonly value: number;
}

export interface ChartHooks {
  readonly format: (value: number) => string;
  readonly zoom: (fromMs: number, toMs: number) => void;
  /** Index of the step under the cursor, or null outside. */
  readonly point: (index: number | null) => void;
}

interface ChartOptions extends ChartHooks {
  readonly series: readonly ChartSeries[];
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
  readonly marks: readonly ChartMark[];
}

const PADDING_RIGHT_PX = 12;
const AXIS_PX_MIN = 40;
const AXIS_CHAR_PX = 6.4;

/**
 * Options for one chart: time below, values on the left, drag zooms, nothing else can be dragged.
 */
export function chartOptions(options: ChartOptions): uPlot.Options {
  const { palette } = options;
  return {
    width: options.width,
    height: options.height,
    padding: [10, PADDING_RIGHT_PX, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: { x: { time: true }, y: { range: (_chart, min, max) => valueRange(min, max) } },
    axes: [timeAxis(palette), valueAxis(options)],
    series: [{}, ...options.series.map((series) => lineOf(series))],
    hooks: {
      draw: [(chart) => drawMarks(chart, options)],
      setCursor: [(chart) => options.point(chart.cursor.idx ?? null)],
      setSelect: [(chart) => zoomToSelection(chart, options.zoom)],
    },
  };
}

const MARK_PX = 4;

function drawMarks(chart: uPlot, { marks, palette }: ChartOptions): void {
  const { ctx } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.strokeStyle = palette.surface;
  ctx.fillStyle = palette.text;
  for (const { ms, value } of marks) {
    const x = chart.valToPos(ms / 1000, 'x', true);
    const y = Math.max(chart.bbox.top, chart.valToPos(value, 'y', true));
    if (x < chart.bbox.left || x > chart.bbox.left + chart.bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, y - MARK_PX * ratio);
    ctx.lineTo(x + MARK_PX * ratio, y);
    ctx.lineTo(x, y + MARK_PX * ratio);
    ctx.lineTo(x - MARK_PX * ratio, y);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

const NEAR_PX = 9;

/** The mark under a point of the plot, by its index; undefined when none is near. */
export function markAt(
  chart: uPlot,
  marks: readonly ChartMark[],
  point: { readonly x: number; readonly y: number },
): number | undefined {
  let nearest: number | undefined;
  let least = NEAR_PX;
  for (const [index, { ms, value }] of marks.entries()) {
    const x = chart.valToPos(ms / 1000, 'x');
    const y = Math.max(0, chart.valToPos(value, 'y'));
    const distance = Math.hypot(x - point.x, y - point.y);
    if (distance < least) {
      least = distance;
      nearest = index;
    }
  }
  return nearest;
}

/**
 * From zero, so that heights compare; below it only for values that are. Room above the highest.
 */
function valueRange(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, (min ?? 0) * 1.08);
  const high = Math.max(0, (max ?? 0) * 1.08);
  return low === high ? [0, 1] : [low, high];
}

function timeAxis(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.textFaint,
    font: `11px ${palette.font}`,
    grid: { show: false },
    ticks: { show: false },
    size: 24,
    gap: 4,
    space: 80,
    values: (chart, splits) =>
      splits.map((seconds) => {
        const label = tickLabel(new Date(seconds * 1000));
        return isCut(chart, seconds, label) ? '' : label;
      }),
  };
}

/** Whether a label in the middle below its moment would stand out over the right edge. */
function isCut(chart: uPlot, seconds: number, label: string): boolean {
  const { min = 0, max = 0 } = chart.scales['x'] ?? {};
  const plotPx = chart.bbox.width / devicePixelRatio || chart.width - AXIS_PX_MIN;
  const rightPx = ((max - seconds) / (max - min)) * plotPx + PADDING_RIGHT_PX;
  return rightPx < (label.length * AXIS_CHAR_PX) / 2;
}

function valueAxis(options: ChartOptions): uPlot.Axis {
  return {
    stroke: options.palette.textFaint,
    font: `11px ${options.palette.font}`,
    grid: { stroke: options.palette.grid, width: 1 },
    ticks: { show: false },
    gap: 6,
    space: 28,
    size: (_chart, values) => axisWidth(values),
    values: (_chart, splits) =>
      distinctLabels(splits.map((value) => trimZeros(options.format(value)))),
  };
}

function axisWidth(values: readonly string[] | null): number {
  const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
  return Math.max(AXIS_PX_MIN, Math.ceil(longest * AXIS_CHAR_PX) + 14);
}

/** Below that many values each is drawn as a point: a line of one has no length. */
const POINTS_MAX = 24;
const POINT_PX = 5;

/** Steps to draw as points: all of a series of few values, else those without a neighbour. */
export function pointSteps(values: readonly (number | null)[]): number[] {
  const steps = values.flatMap((value, step) => (value === null ? [] : [step]));
  if (steps.length <= POINTS_MAX) return steps;
  const isAlone = (step: number): boolean =>
    (values[step - 1] ?? null) === null && (values[step + 1] ?? null) === null;
  return steps.filter(isAlone);
}

/** The labels with every repeated one left empty: two heights never have the same number. */
export function distinctLabels(labels: readonly string[]): string[] {
  return labels.map((label, i) => (labels.indexOf(label) === i ? label : ''));
}

function lineOf(series: ChartSeries): uPlot.Series {
  const points = pointSteps(series.values);
  return {
    label: series.label,
    stroke: series.colour,
    width: 1.5,
    show: series.hidden !== true,
    spanGaps: false,
    points: {
      show: points.length > 0,
      size: POINT_PX,
      fill: series.colour,
      filter: () => points,
    },
    ...(series.fill === true ? { fill: `${series.colour}40` } : {}),
    ...(series.dashed === true ? { dash: [5, 4], width: 1 } : {}),
  };
}

function zoomToSelection(chart: uPlot, zoom: ChartHooks['zoom']): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const fromMs = chart.posToVal(left, 'x') * 1000;
  const toMs = chart.posToVal(left + width, 'x') * 1000;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom(fromMs, toMs);
}
