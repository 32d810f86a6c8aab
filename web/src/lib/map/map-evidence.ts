import type { GraphEdge, ShownNode } from './map-graph.ts';

/** Where traces and log records of what is selected are found. */
export interface Evidence {
  /**
   * What spans of the traces are looked for by: the first filter that finds any. Names on the map may
   * be what agents know, which is in no span.
   */
  readonly wheres: readonly [string, ...string[]];
  /** Whose records are shown; undefined where nobody writes any. */
  readonly logsOf: string | undefined;
}

/** Undefined where nothing of the kind can be asked for; `protocols` are those that a node speaks. */
export function evidenceOf(
  node: ShownNode | undefined,
  edge: GraphEdge | undefined,
  protocols: readonly string[] = [],
): Evidence | undefined {
  if (edge !== undefined) return ofEdge(edge);
  if (node === undefined || node.kind === 'group') return undefined;
  if (node.kind === 'service') return { wheres: [serviceIs(node)], logsOf: node.name };
  return { wheres: peerWheres(node, protocols), logsOf: undefined };
}

function ofEdge({ client, server, protocols }: GraphEdge): Evidence | undefined {
  const [caller, called] = [serviceIs(client), serviceIs(server)];
  if (server.kind !== 'service') {
    if (client.kind !== 'service') return undefined;
    return { wheres: ofBoth(caller, peerWheres(server, protocols)), logsOf: client.name };
  }
  const logsOf = server.name;
  if (client.kind === 'messaging') return { wheres: ofBoth(called, [queueIs(client)]), logsOf };
  if (client.kind !== 'service') return { wheres: [called], logsOf };
  // One that sends no spans is known by what its callers say.
  const said = `${caller} peer.service=${quoted(server.name)}`;
  return { wheres: [`${caller} calls ${called}`, said], logsOf };
}

type Wheres = Evidence['wheres'];

function ofBoth(service: string, [first, ...others]: Wheres): Wheres {
  return [`${service} ${first}`, ...others.map((each) => `${service} ${each}`)];
}

function serviceIs({ name }: ShownNode): string {
  return `service=${quoted(name)}`;
}

function queueIs({ name }: ShownNode): string {
  return `messaging.destination.name=${quoted(name)}`;
}

/**
 * As the job that joins minutes names what is no service; else by the port of the own host, or by
 * what a database is.
 */
function peerWheres(node: ShownNode, [protocol]: readonly string[]): Wheres {
  if (node.kind === 'messaging') return [queueIs(node)];
  const [, host = node.name, port] = /^(.*):(\d+)$/.exec(node.name) ?? [];
  const address = `server.address=${quoted(host)}`;
  if (node.kind === 'database' && protocol !== undefined) {
    return [address, `db.system.name=${quoted(protocol)}`];
  }
  return port === undefined ? [address] : [address, `server.port=${port}`];
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
}
