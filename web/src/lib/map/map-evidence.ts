import type { GraphEdge, ShownNode } from './map-graph.ts';

/** Where traces and log records of what is selected are found. */
export interface Evidence {
  /** Took part in the traces. */
  readonly service: string;
  /** Conditions on a span of the traces; empty: none. */
  readonly where: string;
  /** Whose records are shown; undefined where nobody writes any. */
  readonly logsOf: string | undefined;
}

/** Undefined where nothing of the kind can be asked for. */
export function evidenceOf(
  node: ShownNode | undefined,
  edge: GraphEdge | undefined,
): Evidence | undefined {
  if (edge !== undefined) return ofEdge(edge);
  if (node?.kind !== 'service') return undefined;
  return { service: node.name, where: '', logsOf: node.name };
}

function ofEdge({ client, server }: GraphEdge): Evidence | undefined {
  if (server.kind === 'service' && client.kind === 'service') {
    return { service: server.name, where: `service=${quoted(client.name)}`, logsOf: server.name };
  }
  if (server.kind === 'service') return { service: server.name, where: '', logsOf: server.name };
  if (client.kind !== 'service') return undefined;
  return { service: client.name, where: peerWhere(server), logsOf: client.name };
}

/** As the job that joins minutes names what is no service. */
function peerWhere({ kind, name }: ShownNode): string {
  if (kind === 'messaging') return `messaging.destination.name=${quoted(name)}`;
  return `server.address=${quoted(name.replace(/:\d+$/, ''))}`;
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
}
