import type { ServiceSummary } from '@sonde/backend/api-contract';
import { formatDuration } from '../format/duration.ts';
import { formatRate } from '../format/rate.ts';
import { formatRatio } from '../format/ratio.ts';

/** One thing about a service that is not as it was in the range before. */
export interface Change {
  /** Short, for a chip: `p95 ×12`. */
  readonly text: string;
  /** Both values, for people who ask. */
  readonly title: string;
  readonly isWorse: boolean;
}

/** Fewer requests in the range say nothing about what is usual. */
const REQUESTS_MIN = 20;
const LATENCY_FACTOR = 1.5;
/** Below it a factor is noise. */
const LATENCY_NS_MIN = 2e6;
/** A share of the requests, and a factor: one error in a thousand more is not worth a word. */
const ERROR_RATIO_STEP = 0.005;
const ERROR_FACTOR = 2;
const RATE_FACTOR = 1.5;

/**
 * What changed against the range of the same length before, the worst first. Where no service was
 * there before, none is new: the data begins within the range.
 */
export function changesOf(row: ServiceSummary, anyBefore = true): Change[] {
  if (row.requests < REQUESTS_MIN) return [];
  if (row.before === undefined) {
    if (!anyBefore) return [];
    return [{ text: 'new', title: 'Served nothing in the range before', isWorse: false }];
  }
  return [errorChange(row), latencyChange(row), rateChange(row)].filter(
    (change) => change !== undefined,
  );
}

function errorChange({ errorRatio, before }: ServiceSummary): Change | undefined {
  const was = before?.errorRatio ?? 0;
  const title = `Errors: ${formatRatio(was)} before, ${formatRatio(errorRatio)} now`;
  const isMore = errorRatio - was >= ERROR_RATIO_STEP && errorRatio >= was * ERROR_FACTOR;
  if (isMore)
    return {
      text: `errors ${formatRatio(was)} → ${formatRatio(errorRatio)}`,
      title,
      isWorse: true,
    };
  const isLess = was - errorRatio >= ERROR_RATIO_STEP && was >= errorRatio * ERROR_FACTOR;
  if (!isLess) return undefined;
  return { text: `errors ${formatRatio(was)} → ${formatRatio(errorRatio)}`, title, isWorse: false };
}

function latencyChange({ durationP95Ns, before }: ServiceSummary): Change | undefined {
  const was = before?.durationP95Ns ?? 0;
  const factor = durationP95Ns / Math.max(1, was);
  if (Math.max(durationP95Ns, was) < LATENCY_NS_MIN || was === 0) return undefined;
  const title = `p95: ${formatDuration(was)} before, ${formatDuration(durationP95Ns)} now`;
  if (factor >= LATENCY_FACTOR) return { text: `p95 ×${sayFactor(factor)}`, title, isWorse: true };
  if (factor > 1 / LATENCY_FACTOR) return undefined;
  return { text: `p95 ÷${sayFactor(1 / factor)}`, title, isWorse: false };
}

function rateChange({ requestsPerSecond, before }: ServiceSummary): Change | undefined {
  const was = before?.requestsPerSecond ?? 0;
  const factor = requestsPerSecond / Math.max(1e-9, was);
  if (factor < RATE_FACTOR && factor > 1 / RATE_FACTOR) return undefined;
  const title = `Requests a second: ${formatRate(was)} before, ${formatRate(requestsPerSecond)} now`;
  const sign = factor > 1 ? `×${sayFactor(factor)}` : `÷${sayFactor(1 / factor)}`;
  return { text: `rate ${sign}`, title, isWorse: false };
}

function sayFactor(factor: number): string {
  return factor >= 10 ? String(Math.round(factor)) : factor.toFixed(1);
}
