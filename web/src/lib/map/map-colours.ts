import type { Palette } from '../charts/palette.svelte.ts';
import { formatRatio } from '../format/ratio.ts';
import { type EdgeWork, failedRatio } from './edge-work.ts';
import { type Graph, type GraphEdge, type GraphNode, isDense } from './map-graph.ts';

export const COLOURINGS = ['health', 'latency', 'errors', 'rate'] as const;
export type Colouring = (typeof COLOURINGS)[number];

/** Shares of errors from which on something is not well, and bad. */
const WARN_RATIO = 0.01;
const BAD_RATIO = 0.05;

type MapPalette = Pick<
  Palette,
  'quiet' | 'requests' | 'warn' | 'errors' | 'accent' | 'textFaint' | 'lineStrong' | 'heat'
>;

export interface MapColours {
  readonly node: (node: GraphNode) => string;
  readonly edge: (edge: GraphEdge) => string;
}

/** Colours by one figure; where boxes are never depends on it. */
export function mapColours(graph: Graph, by: Colouring, palette: MapPalette): MapColours {
  const edges = graph.edges.filter(({ change }) => change !== 'gone' && change !== 'absent');
  // A node may serve more, slower or worse than any edge knows.
  const coloured: readonly Coloured[] = [
    ...edges.map(({ work }) => colouredWork(work)),
    ...graph.nodes.filter(({ called }) => called),
  ];
  const heat = heatOver(
    coloured.map((each) => figureOf(each, by)),
    palette,
  );
  const node = (of: GraphNode): string => {
    if (!of.called) return palette.quiet;
    return by === 'health'
      ? health(of.failedRatio, palette, of.isRead ? palette.requests : palette.quiet)
      : heat(figureOf(of, by));
  };
  const plain = isDense(graph) ? palette.quiet : palette.textFaint;
  const edge = ({ change, work }: GraphEdge): string => {
    if (change === 'gone' || change === 'absent') return palette.lineStrong;
    if (by !== 'health') return heat(figureOf(colouredWork(work), by));
    const quiet = change === 'new' ? palette.accent : plain;
    const failed = failedRatio(work);
    return change === 'slower' && failed < WARN_RATIO
      ? palette.warn
      : health(failed, palette, quiet);
  };
  return { node, edge };
}

type Unwell = Pick<GraphNode, 'errorRatio' | 'connectFailureRatio'>;

/**
 * What an edge or a node is amber or red for, in words; empty where it is well. Failed connects
 * count like failed requests: nobody was asked at all.
 */
export function whyUnwell(of: Unwell & Pick<GraphNode, 'worst'>): string {
  const { errorRatio, connectFailureRatio: ofConnects } = of.worst ?? of;
  const ratio = Math.max(errorRatio, ofConnects);
  if (ratio < WARN_RATIO) return '';
  const colour = ratio >= BAD_RATIO ? 'Red' : 'Amber';
  const what =
    errorRatio >= ofConnects
      ? `${formatRatio(errorRatio)} of requests failed`
      : `${formatRatio(ofConnects)} of connects to it failed`;
  return of.worst === undefined
    ? `${colour}: ${what}.`
    : `${colour}: ${of.worst.node.name}, ${what}.`;
}

function health(ratio: number, palette: MapPalette, well: string): string {
  if (ratio >= BAD_RATIO) return palette.errors;
  return ratio >= WARN_RATIO ? palette.warn : well;
}

type Coloured = Pick<GraphNode, 'failedRatio' | 'requestsPerSecond' | 'durationP95Ns'>;

function colouredWork(work: EdgeWork): Coloured {
  return { ...work, failedRatio: failedRatio(work) };
}

function figureOf(work: Coloured, by: Colouring): number {
  if (by === 'errors') return work.failedRatio;
  return by === 'rate' ? work.requestsPerSecond : work.durationP95Ns;
}

/** By the logarithm, from the smallest to the largest figure there is; none is quiet. */
function heatOver(figures: readonly number[], palette: MapPalette): (figure: number) => string {
  const positive = figures.filter((figure) => figure > 0).map(Math.log);
  const low = positive.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const high = positive.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
  return (figure) => {
    if (figure <= 0) return palette.quiet;
    const share = high > low ? (Math.log(figure) - low) / (high - low) : 1;
    const stops = palette.heat.length - 1;
    // The first stop is for what is hardly there.
    return (
      palette.heat[Math.max(1, Math.round(Math.min(1, Math.max(0, share)) * stops))] ??
      palette.quiet
    );
  };
}
