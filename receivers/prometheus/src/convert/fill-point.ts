import type { Place, Point } from './target-tree.ts';

export interface Sample {
  readonly value: number;
  readonly unixMs: number;
  /** The series has ended. */
  readonly isStale: boolean;
}

/** In nanoseconds later times take more than 63 bits. */
const CREATED_SECONDS_END = 9_223_372_036;
/** Of a point that has no sample yet. */
const NO_TIME = -1;

/**
 * Gives a sample to its point. False where its point has samples of another time already: a histogram
 * is of one moment.
 */
export function fillPoint(place: Place, sample: Sample, iteration: number): boolean {
  const { point, metric, role } = place;
  if (point.iteration !== iteration) {
    empty(point, iteration);
    metric.filled.push(point);
  }
  if (role === 'created') {
    // Said beside the others, mostly without a time of its own.
    if (sample.value > 0 && sample.value < CREATED_SECONDS_END) {
      point.createdSeconds = sample.value;
    }
    return true;
  }
  if (point.unixMs === NO_TIME) point.unixMs = sample.unixMs;
  else if (point.unixMs !== sample.unixMs) return false;
  switch (role) {
    case 'value':
      point.value = sample.value;
      point.isStale = sample.isStale;
      break;
    case 'count':
      point.count = sample.value;
      point.isStale ||= sample.isStale;
      break;
    case 'sum':
      point.sum = sample.value;
      point.isStale ||= sample.isStale;
      break;
    default:
      point.bounds.push(place.bound);
      point.values.push(sample.value);
  }
  return true;
}

function empty(point: Point, iteration: number): void {
  point.iteration = iteration;
  point.unixMs = NO_TIME;
  point.value = undefined;
  point.count = undefined;
  point.sum = undefined;
  point.createdSeconds = 0;
  point.isStale = false;
  point.bounds.length = 0;
  point.values.length = 0;
  point.exemplars.length = 0;
}
