import type { GraphEdge, ShownNode } from './map-graph.ts';

/** Where traces and log records of what is selected are found. */
export interface Evidence {
  /** What spans of the traces are looked for by. */
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
  return { where: serviceIs(node), logsOf: node.name };
}

function ofEdge({ client, server }: GraphEdge): Evidence | undefined {
  const [caller, called] = [serviceIs(client), serviceIs(server)];
  if (server.kind === 'service') {
    const where = client.kind === 'service' ? `${caller} calls ${called}` : called;
    return { where, logsOf: server.name };
  }
  if (client.kind !== 'service') return undefined;
  return { where: `${caller} ${peerWhere(server)}`, logsOf: client.name };
}

function serviceIs({ name }: ShownNode): string {
  return `service=${quoted(name)}`;
}

/** As the job that joins minutes names what is no service. */
function peerWhere({ kind, name }: ShownNode): string {
  if (kind === 'messaging') return `messaging.destination.name=${quoted(name)}`;
  return `server.address=${quoted(name.replace(/:\d+$/, ''))}`;
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
}
