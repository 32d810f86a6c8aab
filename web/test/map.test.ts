import type { MapEdge, MapNode } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { curveOf, distanceTo, partsOf, pointAt } from '../src/lib/map/edge-curve.ts';
import { EdgeWays } from '../src/lib/map/edge-ways.ts';
import { bytesText, figuresOfWork } from '../src/lib/map/edge-work.ts';
import { layOut } from '../src/lib/map/layered-layout.ts';
import { type Layout, NODE_HEIGHT, NODE_WIDTH } from '../src/lib/map/layout-sizes.ts';
import { foldedText, readChoices } from '../src/lib/map/map-choices.ts';
import { mapColours, whyUnwell } from '../src/lib/map/map-colours.ts';
import { evidenceOf } from '../src/lib/map/map-evidence.ts';
import { around, atMoment, failing, graphOf, nodeId } from '../src/lib/map/map-graph.ts';
import { fold, groupId, groupNames } from '../src/lib/map/map-groups.ts';
import { firstView, fitted, onMap, withOneOf, zoomedAt } from '../src/lib/map/map-view.ts';
import { momentsOf } from '../src/lib/map/moments.ts';
import { mostOf, NODES_MAX } from '../src/lib/map/most-of.ts';
import { linesOfName } from '../src/lib/map/name-lines.ts';

const node = (name: string, more: Partial<MapNode> = {}): MapNode => ({
  ...{ name, namespace: '', cluster: '', kind: 'service' },
  ...more,
});

const NO_CONNECTIONS = {
  ...{ bytesPerSecond: null, connectionsPerSecond: null },
  ...{ connectFailuresPerSecond: null, retransmitsPerSecond: null, roundTrip: null },
};

/** Of connections of which no call was read. */
const unread = (client: MapNode, server: MapNode, more: Partial<MapEdge> = {}): MapEdge => {
  const work = {
    ...{ requests: 0, errors: 0, requestsPerSecond: null, errorRatio: 0, gapP95Ns: null },
    ...{ durationP50Ns: 0, durationP95Ns: 0, durationP99Ns: 0, retransmitsPerSecond: 0 },
    ...{ bytesPerSecond: { sent: 100, received: 900 } },
    ...{ connectionsPerSecond: 3, connectFailuresPerSecond: 1, roundTrip: null },
  };
  const seen = { origin: 'ebpf', protocols: ['tls'], before: work } as const;
  return { client, server, ...seen, ...work, ...more };
};

const edge = (client: MapNode, server: MapNode, more: Partial<MapEdge> = {}): MapEdge => {
  const work = {
    ...{ requests: 60, errors: 0, requestsPerSecond: 1, errorRatio: 0, gapP95Ns: null },
    ...{ durationP50Ns: 1e6, durationP95Ns: 4e6, durationP99Ns: 8e6, ...NO_CONNECTIONS },
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
        served: [],
      },
      { own: false },
    );
    const found = nodes.find(({ node: { name } }) => name === 'cart');
    expect(found).toMatchObject({ requestsPerSecond: 4, errorRatio: 0.375, durationP95Ns: 9e6 });
    expect(nodes.find(({ node: { name } }) => name === 'web')?.called).toBe(false);
  });

  it('goes by what a service served itself, where it says so', () => {
    const of = { namespace: '', cluster: '', requestsPerSecond: 8, errorRatio: 0.5 };
    const graph = graphOf(
      {
        edges: [edge(web, cart), edge(cart, redis)],
        gone: [],
        served: [
          { ...of, name: 'web', durationP95Ns: 7e6 },
          { ...of, name: 'cart', requestsPerSecond: 0, errorRatio: 0, durationP95Ns: 0 },
        ],
      },
      { own: false },
    );
    const named = (name: string) => graph.nodes.find(({ node }) => node.name === name);
    expect(named('web')).toMatchObject({
      ...{ called: true, isRead: true, requestsPerSecond: 8 },
      ...{ errorRatio: 0.5, failedRatio: 0.5, durationP95Ns: 7e6 },
    });
    expect(named('cart')).toMatchObject({ requestsPerSecond: 1, errorRatio: 0 });
    expect(failing(graph).nodes.map(({ node }) => node.name)).toEqual(['web']);
    const later = graphOf({ edges: [edge(web, cart)], gone: [], served: [] }, { own: false });
    const then = atMoment(graph, later).nodes.find(({ node }) => node.name === 'web');
    expect(then).toMatchObject({ called: false, requestsPerSecond: 0 });
  });

  it('says what is new, slower and gone', () => {
    const { before: _, ...fresh } = edge(web, cart);
    const { edges } = graphOf(
      {
        edges: [fresh, edge(cart, redis, { durationP95Ns: 20e6 })],
        gone: [edge(web, redis)],
        served: [],
      },
      { own: false },
    );
    expect(edges.map(({ change }) => change)).toEqual(['new', 'slower', 'gone']);
    const beginning = graphOf({ edges: [fresh], gone: [], served: [] }, { own: false });
    expect(beginning.edges.map(({ change }) => change)).toEqual(['none']);
  });

  it('shows connections of which no call was read apart, and what failed of them', () => {
    const mail = node('mail:25', { kind: 'external' });
    const seen = [edge(web, cart), unread(node('shop'), cart), unread(cart, mail)];
    const [, ofCart, ofMail] = graphOf({ edges: seen, gone: [], served: [] }, { own: false }).edges;
    const { nodes } = graphOf({ edges: seen, gone: [], served: [] }, { own: false });
    const of = (name: string) => nodes.find(({ node: each }) => each.name === name);
    expect(of('mail:25')).toMatchObject({
      ...{ called: true, isRead: false, requestsPerSecond: 0, errorRatio: 0 },
      ...{ bytesPerSecond: 1000, failedRatio: 0.25 },
    });
    expect(of('cart')).toMatchObject({ isRead: true, requestsPerSecond: 1 });
    expect(ofMail && figuresOfWork(ofMail.work).map(([label]) => label)).toEqual([
      ...['Sent', 'Received', 'Connections opened', 'Connects that failed', 'Segments sent again'],
    ]);
    expect(ofCart && bytesText(ofCart.work)).toBe('sent 100\u00a0B/s, received 900\u00a0B/s');
    expect(ofCart?.change).toBe('none');
    // Read for the first time: nothing became slower by it.
    const { before } = unread(web, cart);
    const read = graphOf(
      { edges: [edge(web, cart, before && { before })], gone: [], served: [] },
      { own: false },
    );
    expect(read.edges[0]?.change).toBe('none');
    expect(
      failing(graphOf({ edges: seen, gone: [], served: [] }, { own: false })).edges,
    ).toHaveLength(2);
  });

  it('leaves Sonde itself out, unless it is asked for', () => {
    const sonde = node('sonde-gateway', { namespace: 'sonde' });
    const answer = { edges: [edge(web, cart), edge(sonde, sonde)], gone: [], served: [] };
    expect(graphOf(answer, { own: false }).edges).toHaveLength(1);
    expect(graphOf(answer, { own: true }).edges).toHaveLength(2);
  });

  it('has a service that calls nobody and whom nobody calls, not one of Sonde', () => {
    const place = { name: 'lone', namespace: 'shop', cluster: '' };
    const work = { requestsPerSecond: 3, errorRatio: 0, durationP95Ns: 7e6 };
    const served = [
      { ...place, ...work },
      { ...place, name: 'sonde-serve', namespace: 'sonde', ...work },
    ];
    const range = graphOf({ edges: [edge(web, cart)], gone: [], served }, { own: false });
    expect(range.nodes.map(({ node: { name } }) => name)).toEqual(['web', 'cart', 'lone']);
    const lone = range.nodes[2];
    expect(lone).toMatchObject({ called: true, isRead: true, requestsPerSecond: 3 });
    // It stays where nothing was served at a moment, and goes into its folded group.
    const quiet = graphOf({ edges: [], gone: [], served: [] }, { own: false });
    expect(atMoment(range, quiet).nodes.map(({ id }) => id)).toContain(lone?.id);
    const groups = groupNames(range, 'namespace', []);
    expect(fold(range, groups, new Set(['shop'])).nodes.map(({ id }) => id)).toContain(
      groupId('shop'),
    );
  });

  it('has a database that serves by its own spans once, where its callers are', () => {
    const postgres = node('postgres', { kind: 'database' });
    const place = { name: 'postgres', namespace: '', cluster: '' };
    const served = [{ ...place, requestsPerSecond: 3, errorRatio: 0, durationP95Ns: 7e6 }];
    const { nodes } = graphOf({ edges: [edge(web, postgres)], gone: [], served }, { own: false });
    expect(nodes.map(({ node: { name } }) => name)).toEqual(['web', 'postgres']);
  });

  it('says what makes a node or an edge amber or red', () => {
    expect(whyUnwell({ errorRatio: 0.004, connectFailureRatio: 0 })).toBe('');
    expect(whyUnwell({ errorRatio: 0.02, connectFailureRatio: 0 })).toMatch(
      /^Amber: .* of requests failed\.$/,
    );
    expect(whyUnwell({ errorRatio: 0, connectFailureRatio: 0.25 })).toMatch(
      /^Red: 25\.0\s% of connects to it failed\.$/,
    );
  });

  it('can be narrowed to what is around a node, and to what fails', () => {
    const edges = [edge(web, cart), edge(cart, redis, { errors: 1 })];
    const graph = graphOf({ edges, gone: [], served: [] }, { own: false });
    expect(around(graph, nodeId(web), 1).nodes).toHaveLength(2);
    expect(around(graph, nodeId(web), 2).nodes).toHaveLength(3);
    expect(failing(graph).nodes.map(({ node: { name } }) => name)).toEqual(['cart', 'redis:6379']);
  });
});

describe('groups of a map', () => {
  const front = node('front', { namespace: 'shop' });
  const stock = node('stock', { namespace: 'back' });
  const ledger = node('ledger', { namespace: 'back' });
  const db = node('db:5432', { kind: 'database' });
  const graph = graphOf(
    {
      edges: [
        edge(front, stock, { requestsPerSecond: 2, requests: 120, errors: 12, errorRatio: 0.1 }),
        edge(front, ledger, { requestsPerSecond: 1, durationP95Ns: 9e6 }),
        edge(stock, ledger),
        edge(ledger, db),
      ],
      gone: [],
      served: [],
    },
    { own: false },
  );
  const places = [front, stock, ledger].map(({ name, namespace, cluster }, index) => ({
    ...{ name, namespace, cluster, category: '', team: 'core' },
    zones: index === 0 ? ['a', 'b'] : ['a'],
  }));

  it('are by namespace, with databases where their callers are', () => {
    const names = groupNames(graph, 'namespace', places);
    expect(names.get(nodeId(front))).toBe('shop');
    expect(names.get(nodeId(db))).toBe('back');
  });

  it('have no service that is in several zones', () => {
    const names = groupNames(graph, 'zone', places);
    expect(names.get(nodeId(front))).toBe('');
    expect(names.get(nodeId(stock))).toBe('a');
  });

  it('fold into one node whose edges are those of all', () => {
    const names = groupNames(graph, 'namespace', places);
    const folded = fold(graph, names, new Set(['back']));
    expect(folded.edges).toHaveLength(1);
    expect(folded.edges[0]).toMatchObject({
      ...{ from: nodeId(front), to: groupId('back'), members: 2 },
      work: { requestsPerSecond: 3, requests: 180, errors: 12, durationP95Ns: 9e6 },
    });
    expect(folded.nodes.find(({ id }) => id === groupId('back'))?.members).toBe(3);
  });

  it('serve what those serve that nobody in them calls, and are as unwell as the worst in them', () => {
    const place = { namespace: 'shop', cluster: '' };
    const [door, pay, bank] = [
      node('door', { namespace: 'shop' }),
      node('pay', { namespace: 'shop' }),
      node('bank', { namespace: 'bank' }),
    ];
    const failed = { errorRatio: 0.3, errors: 18 };
    const busy = graphOf(
      {
        edges: [
          edge(door, pay, { requestsPerSecond: 2, ...failed }),
          edge(bank, pay, { requestsPerSecond: 1 }),
        ],
        gone: [],
        // Its customers send no spans.
        served: [
          { ...place, name: 'door', requestsPerSecond: 8, errorRatio: 0, durationP95Ns: 7e6 },
        ],
      },
      { own: false },
    );
    const { nodes, edges } = fold(busy, groupNames(busy, 'namespace', []), new Set(['shop']));
    const shop = nodes.find(({ id }) => id === groupId('shop'));
    expect(shop).toMatchObject({ called: true, requestsPerSecond: 9, durationP95Ns: 7e6 });
    expect(shop?.errorRatio).toBe(0);
    expect(shop?.failedRatio).toBeCloseTo(0.2);
    expect(shop && whyUnwell(shop)).toMatch(/^Red: pay, 20(\.0)?\s%/);
    const onlyErrors = failing({ nodes, edges, served: new Map() });
    expect(onlyErrors.nodes.map(({ id }) => id)).toEqual([groupId('shop')]);
  });

  it('that nobody outside calls are there all the same', () => {
    const names = groupNames(graph, 'team', places);
    const folded = fold(graph, names, new Set(['core']));
    expect(folded.nodes.map(({ id }) => id)).toEqual([groupId('core')]);
  });
});

describe('a moment of a range', () => {
  it('has the nodes and edges of the range with figures of its own', () => {
    const range = graphOf(
      { edges: [edge(web, cart), edge(cart, redis)], gone: [], served: [] },
      { own: false },
    );
    const now = graphOf(
      { edges: [edge(web, cart, { requestsPerSecond: 9 })], gone: [], served: [] },
      { own: false },
    );
    const { nodes, edges } = atMoment(range, now);
    expect(nodes).toHaveLength(3);
    expect(edges.map(({ change, work }) => [change, work.requestsPerSecond])).toEqual([
      ['none', 9],
      ['absent', 0],
    ]);
  });

  it('is one of at most sixty of whole minutes', () => {
    expect(momentsOf(60_000, 3_660_000)).toEqual({ fromMs: 60_000, stepMs: 60_000, count: 60 });
    expect(momentsOf(0, 86_400_000).stepMs).toBe(30 * 60_000);
  });
});

describe('what the address says of the map', () => {
  it('comes back as it was', () => {
    const folded = new Set(['', 'a,b', 'x~y']);
    const text = foldedText(folded) ?? '';
    const read = readChoices(new URLSearchParams({ folded: text, focus: '2', colour: 'latency' }));
    expect(read.folded).toEqual(folded);
    expect(read).toMatchObject({ hops: 2, colouring: 'latency', against: 'before' });
  });
});

describe('colours by one figure', () => {
  it('reach from the least to the most of calls and of what services serve', () => {
    const figures = { requestsPerSecond: 1, durationP95Ns: 1e6, namespace: '', cluster: '' };
    const served = [
      { ...figures, name: 'web', errorRatio: 0.5 },
      { ...figures, name: 'cart', errorRatio: 0.05 },
    ];
    const edges = [edge(web, cart, { errorRatio: 0.05 })];
    const graph = graphOf({ edges, gone: [], served }, { own: false });
    const plain = { quiet: 'q', requests: '', warn: '', errors: '', accent: '' };
    const palette = { ...plain, textFaint: '', lineStrong: '', heat: ['0', '1', '2', '3', '4'] };
    const colours = mapColours(graph, 'errors', palette);
    const [some] = graph.edges;
    expect(some && colours.edge(some)).toBe('1');
    const ofNodes = graph.nodes.map((each) => [each.node.name, colours.node(each)]);
    expect(Object.fromEntries(ofNodes)).toEqual({ web: '4', cart: '1' });
  });
});

describe('the evidence of what is selected', () => {
  const evidenceOfCall = (client: MapNode, server: MapNode, protocols: string[] = []) => {
    const answer = { edges: [edge(client, server, { protocols })], gone: [], served: [] };
    return evidenceOf(undefined, graphOf(answer, { own: false }).edges[0]);
  };

  it('is of both ends where both have spans, else of the caller', () => {
    expect(evidenceOfCall(web, cart)).toEqual({
      wheres: ['service=web calls service=cart', 'service=web peer.service=cart'],
      logsOf: 'cart',
    });
    expect(evidenceOfCall(cart, node('bank.example:8443', { kind: 'external' }))).toEqual({
      wheres: ['service=cart server.address=bank.example', 'service=cart server.port=8443'],
      logsOf: 'cart',
    });
    const queue = node('mails to go', { kind: 'messaging' });
    expect(evidenceOfCall(queue, web)).toEqual({
      wheres: ['service=web messaging.destination.name="mails to go"'],
      logsOf: 'web',
    });
  });

  it('is of a database by its address, else by what it is: agents know it by another name', () => {
    expect(evidenceOfCall(cart, redis, ['redis'])).toEqual({
      wheres: ['service=cart server.address=redis', 'service=cart db.system.name=redis'],
      logsOf: 'cart',
    });
    expect(evidenceOf(redis, undefined, ['redis'])).toEqual({
      wheres: ['server.address=redis', 'db.system.name=redis'],
      logsOf: undefined,
    });
    expect(evidenceOf({ ...redis, kind: 'group' }, undefined)).toBeUndefined();
  });
});

describe('the view of a map', () => {
  it('holds what is under the pointer when it is zoomed', () => {
    const view = { x: 10, y: 20, zoom: 0.5 };
    const at = { x: 200, y: 100 };
    const next = zoomedAt(view, 1.7, at);
    expect(onMap(next, at).x).toBeCloseTo(onMap(view, at).x, 6);
    expect(onMap(next, at).y).toBeCloseTo(onMap(view, at).y, 6);
  });

  it('shows all of it', () => {
    const view = fitted({ width: 4000, height: 1000 }, { width: 1000, height: 700 });
    expect(view).toEqual({ zoom: 0.25, x: 0, y: 225 });
  });
});

describe('what is drawn of too many nodes', () => {
  const names = Array.from({ length: NODES_MAX + 500 }, (_, n) => node(`request-${n}`));
  const edges = names.map((each, n) => edge(each, cart, { requestsPerSecond: n + 1 }));
  const graph = graphOf({ edges, gone: [], served: [] }, { own: false });

  it('are those with most requests, what is selected, and what was looked for', () => {
    const name = (n: number): string => `request-${n}`;
    const shown = (wanted: Parameters<typeof mostOf>[1]): readonly string[] =>
      mostOf(graph, wanted).nodes.map(({ node: each }) => each.name);
    const most = shown({ selected: '', text: '' });
    expect(most).toHaveLength(NODES_MAX);
    expect(most).toEqual(expect.arrayContaining(['cart', name(NODES_MAX + 499)]));
    expect(most).not.toContain(name(3));
    expect(shown({ selected: nodeId(node(name(3))), text: '' })).toContain(name(3));
    expect(shown({ selected: graph.edges[4]?.id ?? '', text: '' })).toContain(name(4));
    expect(shown({ selected: '', text: 'quest-5' })).toContain(name(5));
    expect(mostOf(graph, { selected: '', text: '' }).edges).toHaveLength(NODES_MAX - 1);
  });

  it('are those that served most, whoever called', () => {
    const shop = { name: 'request-0', namespace: 'shop', cluster: '' };
    const served = { ...shop, requestsPerSecond: 1e6, errorRatio: 0, durationP95Ns: 1 };
    const edges = names.map((each, n) =>
      edge(n === 0 ? { ...each, ...shop } : each, cart, { requestsPerSecond: n + 1 }),
    );
    const most = mostOf(graphOf({ edges, gone: [], served: [served] }, { own: false }), {
      ...{ selected: '', text: '' },
    });
    expect(most.nodes.map(({ node: each }) => each.name)).toContain('request-0');
  });

  it('is everything of fewer', () => {
    const small = graphOf({ edges: [edge(web, cart)], gone: [], served: [] }, { own: false });
    expect(mostOf(small, { selected: '', text: '' })).toBe(small);
  });
});

describe('a long name', () => {
  it('is broken where it is put together, near the middle', () => {
    expect(linesOfName('checkout-step-17')).toEqual(['checkout-', 'step-17']);
    expect(linesOfName('pay-service-100')).toEqual(['pay-', 'service-100']);
    expect(linesOfName('recommendations')).toEqual(['recommen', 'dations']);
    expect(linesOfName('10.255.255.53:5353')).toEqual(['10.255.', '255.53:5353']);
    expect(linesOfName('')).toEqual(['', '']);
  });
});

describe('the view of a phone', () => {
  it('begins at a size that can be read, where the map begins or at what is selected', () => {
    const [map, screen] = [
      { width: 2000, height: 400 },
      { width: 360, height: 480 },
    ];
    expect(firstView(map, screen, { selected: undefined, callsY: 100 })).toMatchObject({
      zoom: 0.62,
      x: 0,
    });
    const view = firstView(map, screen, { selected: { x: 1000, y: 200 }, callsY: 100 });
    expect(1000 * view.zoom + view.x).toBeCloseTo(180, 6);
  });
});

describe('the first view of a map that is too large', () => {
  const screen = { width: 1000, height: 500 };
  const map = { width: 4000, height: 20_000 };
  const first = (callsY: number) => firstView(map, screen, { selected: undefined, callsY });

  it('has those that call in the middle, and shows nothing beyond the map', () => {
    const view = first(5000);
    expect(onMap(view, { x: 0, y: screen.height / 2 }).y).toBeCloseTo(5000, 6);
    expect(first(10).y).toBe(0);
    expect(onMap(first(19_990), { x: 0, y: screen.height }).y).toBeCloseTo(map.height, 6);
  });

  it('has a wide map at half the height', () => {
    const wide = { width: 9000, height: 400 };
    const view = firstView(wide, screen, { selected: undefined, callsY: 10 });
    expect(onMap(view, { x: 0, y: screen.height / 2 }).y).toBeCloseTo(200, 6);
  });
});

describe('the view of what was looked for', () => {
  const screen = { width: 400, height: 300 };
  const view = { x: 0, y: 0, zoom: 0.3 };

  it('stays where one of it is in sight, and else has the first in the middle', () => {
    const [far, near] = [
      { x: 5000, y: 100 },
      { x: 1000, y: 500 },
    ];
    expect(withOneOf([far, near], { view, screen })).toBe(view);
    const other = withOneOf([far], { view, screen });
    expect(onMap(other, { x: 200, y: 150 }).x).toBeCloseTo(5000, 6);
    expect(onMap(other, { x: 200, y: 150 }).y).toBeCloseTo(100, 6);
    expect(withOneOf([], { view, screen })).toBe(view);
  });

  it('is at a size at which names can be read', () => {
    expect(withOneOf([{ x: 12_000, y: 0 }], { view: { ...view, zoom: 0.04 }, screen }).zoom).toBe(
      0.3,
    );
  });
});

describe('the layout of a map', () => {
  const link = (from: string, to: string) => ({ id: `${from}>${to}`, from, to });

  function expectApart({ nodes }: Layout): void {
    const places = [...nodes.values()].sort((a, b) => a.x - b.x);
    for (const [i, a] of places.entries()) {
      for (let j = i + 1; j < places.length; j++) {
        const b = places[j];
        if (b === undefined || b.x - a.x >= NODE_WIDTH) break;
        expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(NODE_HEIGHT);
      }
    }
  }

  const many = (count: number): Parameters<typeof layOut>[0] => {
    const ids = Array.from({ length: count }, (_, n) => `n${n}`);
    const edges = ids.slice(1).map((id, n) => link(`n${Math.floor(n / 3)}`, id));
    return { ids, edges, groups: [] };
  };

  it('has callers left of whom they call', () => {
    const edges = [link('a', 'b'), link('b', 'c'), link('a', 'c')];
    const { nodes } = layOut({ ids: ['c', 'a', 'b'], edges, groups: [] });
    const x = (id: string): number => nodes.get(id)?.x ?? Number.NaN;
    expect(x('a')).toBeLessThan(x('b'));
    expect(x('b')).toBeLessThan(x('c'));
  });

  it('puts what calls nobody and is called by nobody below all else', () => {
    const joined = ['a', 'b', 'c'];
    const alone = Array.from({ length: 7 }, (_, n) => `alone-${n}`);
    const edges = [
      { id: 'ab', from: 'a', to: 'b' },
      { id: 'bc', from: 'b', to: 'c' },
    ];
    const { nodes, height } = layOut({ ids: [...alone, ...joined], edges, groups: [] });
    const yOf = (id: string): number => nodes.get(id)?.y ?? Number.NaN;
    const lowest = Math.max(...joined.map(yOf));
    expect(Math.min(...alone.map(yOf))).toBeGreaterThan(lowest + NODE_HEIGHT);
    expect(Math.max(...alone.map(yOf)) + NODE_HEIGHT).toBeLessThan(height);
    expect(new Set([...nodes.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(10);
    // Groups that nothing is in change nothing.
    const groups = [...alone, ...joined].map((id): [string, string] => [id, '']);
    expect(layOut({ ids: [...alone, ...joined], edges, groups }).nodes).toEqual(nodes);
  });

  it('bears circles, calls to oneself, and nothing', () => {
    const edges = [link('a', 'b'), link('b', 'a'), link('b', 'b')];
    const { nodes } = layOut({ ids: ['a', 'b'], edges, groups: [] });
    expect(nodes.size).toBe(2);
    for (const { from, to } of edges) {
      const [a, b] = [nodes.get(from), nodes.get(to)];
      expect(a && b && curveOf(a, b).every(Number.isFinite)).toBe(true);
    }
    expect(layOut({ ids: [], edges: [], groups: [] }).nodes.size).toBe(0);
  });

  it('is the same in whatever order the graph comes', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const edges = [link('a', 'c'), link('b', 'd'), link('a', 'd'), link('d', 'b')];
    const { nodes } = layOut({ ids, edges, groups: [] });
    const turned = { ids: ids.toReversed(), edges: edges.toReversed(), groups: [] };
    expect(layOut(turned).nodes).toEqual(nodes);
  });

  it.each([300, 1000])('puts no two of %i nodes upon each other', (count) => {
    const layout = layOut(many(count));
    expect(layout.nodes.size).toBe(count);
    expectApart(layout);
  });

  it('can be read on a screen with 300 nodes, all of them shown', () => {
    const view = fitted(layOut(many(300)), { width: 1400, height: 650 });
    // Names are drawn as large as 26 pixels of the map.
    expect(view.zoom * 26).toBeGreaterThanOrEqual(9);
  });

  it('has each group in a band of its own', () => {
    const request = many(120);
    const groups = request.ids.map((id, n): [string, string] => [id, ['a', 'b', ''][n % 3] ?? '']);
    const layout = layOut({ ...request, groups });
    expect(layout.lanes.map(({ name }) => name)).toEqual(['a', 'b', '']);
    expectApart(layout);
    const names = new Map(groups);
    for (const [id, { y }] of layout.nodes) {
      const lane = layout.lanes.find(({ name }) => name === names.get(id));
      expect(y).toBeGreaterThanOrEqual(lane?.y ?? Number.NaN);
      expect(y + NODE_HEIGHT).toBeLessThanOrEqual((lane?.y ?? 0) + (lane?.height ?? 0));
    }
  });

  const chain = (count: number): Parameters<typeof layOut>[0] => {
    const ids = Array.from({ length: count }, (_, n) => `s${String(n).padStart(3, '0')}`);
    const edges = ids.slice(1).map((id, n) => link(ids[n] ?? '', id));
    return { ids, edges, groups: [] };
  };

  it.each([40, 100])('breaks a chain of %i into lines, as a text is read', (count) => {
    const layout = layOut(chain(count));
    expectApart(layout);
    const view = fitted(layout, { width: 1180, height: 640 });
    expect(view.zoom * 26).toBeGreaterThanOrEqual(11);
    const places = [...layout.nodes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, at]) => at);
    for (const [n, at] of places.entries()) {
      const next = places[n + 1];
      if (next === undefined) break;
      const isRight = next.x > at.x && next.y === at.y;
      const isNextLine = next.x < at.x && next.y >= at.y + NODE_HEIGHT;
      expect(isRight || isNextLine).toBe(true);
      // Back at a height where no box is.
      const turn = layout.turns.filter((y) => y > at.y && y < next.y);
      expect(turn).toHaveLength(isRight ? 0 : 1);
    }
  });

  it('breaks nothing that a screen shows side by side', () => {
    const { turns, height } = layOut(chain(7));
    expect(turns).toEqual([]);
    expect(height).toBeLessThan(NODE_HEIGHT * 2);
  });

  it('breaks each group on its own', () => {
    const request = chain(40);
    const groups = request.ids.map((id, n): [string, string] => [id, n < 20 ? 'a' : 'b']);
    const layout = layOut({ ...request, groups });
    expectApart(layout);
    expect(layout.lanes.map(({ name }) => name)).toEqual(['a', 'b']);
    const [a, b] = layout.lanes;
    expect((a?.y ?? 0) + (a?.height ?? 0)).toBeLessThanOrEqual(b?.y ?? 0);
    for (const [id, { y }] of layout.nodes) {
      const lane = id < 's020' ? a : b;
      expect(y).toBeGreaterThanOrEqual(lane?.y ?? Number.NaN);
      expect(y + NODE_HEIGHT).toBeLessThanOrEqual((lane?.y ?? 0) + (lane?.height ?? 0));
    }
  });

  it('leads no call behind a box that it does not go to', () => {
    const request = many(40);
    const far = request.ids.flatMap((id, n) => (n > 4 ? [link('n0', id), link('n1', id)] : []));
    const layout = layOut({ ...request, edges: [...request.edges, ...far] });
    const ways = new EdgeWays(layout);
    let around = 0;
    for (const { from, to } of [...request.edges, ...far]) {
      const [a, b] = [layout.nodes.get(from), layout.nodes.get(to)];
      if (a === undefined || b === undefined || b.x < a.x + NODE_WIDTH) continue;
      const curve = ways.wayOf(a, b);
      around += Number(partsOf(curve) > 1);
      const others = [...layout.nodes].filter(([id]) => id !== from && id !== to);
      for (let part = 0; part < partsOf(curve); part++) {
        for (let t = 0; t <= 1; t += 0.05) {
          const [x, y] = pointAt(curve, t, part);
          const hidden = others.find(
            ([, at]) => x > at.x && x < at.x + NODE_WIDTH && y > at.y && y < at.y + NODE_HEIGHT,
          );
          expect(hidden).toBeUndefined();
        }
      }
    }
    expect(around).toBeGreaterThan(10);
  });

  it('leads calls to two nodes through one gap side by side', () => {
    const at = (column: number, row: number) => ({ x: column * 232, y: row * 58 });
    const nodes = new Map(
      [at(1, 0), at(1, 1), at(2, 0), at(2, 1)].map((place) => [`${place.x} ${place.y}`, place]),
    );
    const ways = new EdgeWays({ nodes, turns: [] });
    const middles = [0, 1].map((row) => ways.wayOf(at(0, row), at(2, row))[7] ?? 0);
    const [first = 0, second = 0] = middles;
    expect(Math.abs(first - second)).toBeGreaterThanOrEqual(3);
  });

  it('has edges that a pointer finds', () => {
    const curve = curveOf({ x: 0, y: 0 }, { x: 400, y: 100 });
    expect(distanceTo(curve, 168, 23)).toBeLessThan(1);
    expect(distanceTo(curve, 284, 73)).toBeLessThan(12);
    expect(distanceTo(curve, 284, 300)).toBeGreaterThan(100);
  });
});
