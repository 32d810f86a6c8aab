import type { MapEdge, MapNode } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { layOut, NODE_HEIGHT, NODE_WIDTH } from '../src/lib/map/layered-layout.ts';
import { around, failing, graphOf, nodeId } from '../src/lib/map/map-graph.ts';

const node = (name: string, more: Partial<MapNode> = {}): MapNode => ({
  ...{ name, namespace: '', cluster: '', kind: 'service' },
  ...more,
});

const edge = (client: MapNode, server: MapNode, more: Partial<MapEdge> = {}): MapEdge => {
  const work = {
    ...{ requests: 60, errors: 0, requestsPerSecond: 1, errorRatio: 0, gapP95Ns: null },
    ...{ durationP50Ns: 1e6, durationP95Ns: 4e6, durationP99Ns: 8e6 },
  };
  return { client, server, origin: 'sdk', protocols: [], ...work, before: work, ...more };
};

const [web, cart, redis] = [node('web'), node('cart'), node('redis:6379', { kind: 'database' })];

describe('the graph of a map', () => {
  it('adds up what comes in', () => {
    const { nodes } = graphOf(
      {
        edges: [
          edge(web, cart),
          edge(node('shop'), cart, { requestsPerSecond: 3, errorRatio: 0.5, durationP95Ns: 9e6 }),
        ],
        gone: [],
      },
      { own: false },
    );
    const found = nodes.find(({ node: { name } }) => name === 'cart');
    expect(found).toMatchObject({ requestsPerSecond: 4, errorRatio: 0.375, durationP95Ns: 9e6 });
    expect(nodes.find(({ node: { name } }) => name === 'web')?.called).toBe(false);
  });

  it('says what is new, slower and gone', () => {
    const { before: _, ...fresh } = edge(web, cart);
    const { edges } = graphOf(
      { edges: [fresh, edge(cart, redis, { durationP95Ns: 20e6 })], gone: [edge(web, redis)] },
      { own: false },
    );
    expect(edges.map(({ change }) => change)).toEqual(['new', 'slower', 'gone']);
    const beginning = graphOf({ edges: [fresh], gone: [] }, { own: false });
    expect(beginning.edges.map(({ change }) => change)).toEqual(['none']);
  });

  it('leaves Sonde itself out, unless it is asked for', () => {
    const sonde = node('sonde-gateway', { namespace: 'sonde' });
    const answer = { edges: [edge(web, cart), edge(sonde, sonde)], gone: [] };
    expect(graphOf(answer, { own: false }).edges).toHaveLength(1);
    expect(graphOf(answer, { own: true }).edges).toHaveLength(2);
  });

  it('can be narrowed to what is around a node, and to what fails', () => {
    const edges = [edge(web, cart), edge(cart, redis, { errors: 1 })];
    const graph = graphOf({ edges, gone: [] }, { own: false });
    expect(around(graph, nodeId(web), 1).nodes).toHaveLength(2);
    expect(around(graph, nodeId(web), 2).nodes).toHaveLength(3);
    expect(failing(graph).nodes.map(({ node: { name } }) => name)).toEqual(['cart', 'redis:6379']);
  });
});

describe('the layout of a map', () => {
  const link = (from: string, to: string) => ({ id: `${from}>${to}`, from, to });

  it('has callers left of whom they call', () => {
    const { nodes } = layOut(['c', 'a', 'b'], [link('a', 'b'), link('b', 'c'), link('a', 'c')]);
    const x = (id: string): number => nodes.get(id)?.x ?? Number.NaN;
    expect(x('a')).toBeLessThan(x('b'));
    expect(x('b')).toBeLessThan(x('c'));
  });

  it('bears circles, calls to oneself, and nothing', () => {
    const links = [link('a', 'b'), link('b', 'a'), link('b', 'b')];
    const { nodes, edges } = layOut(['a', 'b'], links);
    expect(nodes.size).toBe(2);
    for (const path of edges.values()) expect(path).toMatch(/^M[\d.]/);
    expect(layOut([], [])).toMatchObject({ nodes: new Map() });
  });

  it('is the same in whatever order the graph comes', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const links = [link('a', 'c'), link('b', 'd'), link('a', 'd'), link('d', 'b')];
    const { nodes } = layOut(ids, links);
    expect(layOut(ids.toReversed(), links.toReversed()).nodes).toEqual(nodes);
  });

  it('puts no two of 300 nodes upon each other', () => {
    const ids = Array.from({ length: 300 }, (_, n) => `n${n}`);
    const links = ids.slice(1).map((id, n) => link(`n${Math.floor(n / 3)}`, id));
    const places = [...layOut(ids, links).nodes.values()];
    expect(places).toHaveLength(300);
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        const apart = Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT;
        expect(apart).toBe(true);
      }
    }
  });
});
