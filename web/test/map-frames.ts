// Runs in the browser of map.bench.ts.
import type { Palette } from '../src/lib/charts/palette.svelte.ts';
import { layOut } from '../src/lib/map/layered-layout.ts';
import { mapColours } from '../src/lib/map/map-colours.ts';
import { graphOf } from '../src/lib/map/map-graph.ts';
import { MapPainter } from '../src/lib/map/map-painter.ts';
import { sceneOf } from '../src/lib/map/map-scene.ts';
import { fitted, zoomedAt } from '../src/lib/map/map-view.ts';
import { madeUpEdges } from './map-graph-made-up.ts';

const COLOURS = ['#1b2430', '#3a4656', '#58a6ff', '#e6edf3', '#f0883e', '#f85149'];

const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? '#888';

const palette: Palette = {
  ...{ surface: colour(0), raised: colour(0), hover: colour(1), selected: colour(1) },
  ...{ line: colour(1), lineStrong: colour(1), grid: colour(1), quiet: '#6b7785' },
  ...{ text: colour(3), textMuted: '#9aa7b5', textFaint: '#6b7785', ink: colour(0) },
  ...{
    accent: colour(2),
    error: colour(5),
    warn: colour(4),
    requests: colour(2),
    errors: colour(5),
  },
  ...{ series: COLOURS, heat: COLOURS, font: 'sans-serif', mono: 'monospace' },
};

/** Draws `frames` frames, nearer and farther and to the side; says what one took. */
export async function measure(count: number, frames: number): Promise<string> {
  const canvas = document.querySelector('canvas');
  if (canvas === null) return 'no canvas';
  const graph = graphOf({ edges: madeUpEdges(count), gone: [], served: [] }, { own: true });
  const began = performance.now();
  const ids = graph.nodes.map(({ id }) => id);
  const layout = layOut({ ids, edges: graph.edges, groups: [] });
  const laidOut = performance.now() - began;
  const scene = sceneOf(graph, layout, { colours: mapColours(graph, 'health', palette), text: '' });
  const screen = { width: canvas.clientWidth, height: canvas.clientHeight };
  const whole = fitted(layout, screen);
  const painter = new MapPainter();
  const times: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const swing = Math.sin((frame / frames) * Math.PI * 4);
    const at = { x: screen.width / 2 + swing * 300, y: screen.height / 2 };
    const view = zoomedAt(whole, 1 + Math.max(0, swing) * 2.5, at);
    const start = performance.now();
    painter.paint(canvas, scene, { view, palette, selected: '', hovered: '' });
    // What was only noted down is drawn now.
    canvas.getContext('2d')?.getImageData(0, 0, 1, 1);
    times.push(performance.now() - start);
  }
  painter.stop();
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  const edges = graph.edges.length;
  return `${edges} edges, laid out in ${laidOut.toFixed(0)} ms; a frame ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}
