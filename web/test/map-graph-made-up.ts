import type { MapEdge, MapNode } from '@sonde/backend/api-contract';

/** A Lehmer generator: the same graph each time. */
const MULTIPLIER = 16_807;
const MODULUS = 2 ** 31 - 1;

/** A tree of services three wide, with a third as many calls across. */
export function madeUpEdges(count: number): MapEdge[] {
  let state = 7;
  const random = (): number => {
    state = (state * MULTIPLIER) % MODULUS;
    return state / MODULUS;
  };
  const node = (index: number): MapNode => ({
    ...{ name: `service-${index}`, namespace: `group-${index % 12}`, cluster: '' },
    kind: index % 9 === 7 ? 'database' : 'service',
  });
  const edge = (from: number, to: number): MapEdge => {
    const requestsPerSecond = 10 ** (random() * 4 - 1);
    const durationP95Ns = 10 ** (6 + random() * 3);
    return {
      ...{ client: node(from), server: node(to), origin: 'sdk', protocols: ['http'] },
      ...{ requests: requestsPerSecond * 3600, requestsPerSecond, gapP95Ns: null },
      ...{ errors: 0, errorRatio: random() < 0.1 ? random() * 0.1 : 0 },
      ...{ bytesPerSecond: null, connectionsPerSecond: null },
      ...{ connectFailuresPerSecond: null, retransmitsPerSecond: null, roundTrip: null },
      ...{ durationP50Ns: durationP95Ns / 3, durationP95Ns, durationP99Ns: durationP95Ns * 2 },
    };
  };
  const edges: MapEdge[] = [];
  for (let index = 1; index < count; index++) {
    edges.push(edge(Math.floor((index - 1) / 3), index));
    if (random() < 0.33) edges.push(edge(Math.floor(random() * index), index));
  }
  return edges;
}
