export type ConnectionType = '' | 'messaging_system' | 'database' | 'virtual_node';

/** A call of which one side at least was seen. */
export interface Edge {
  readonly tenant: string;
  /** Whether the called side said that nobody called it. */
  readonly isRoot: boolean;
  readonly expiresUnixMs: number;
  connectionType: ConnectionType;
  /** Empty while unknown. */
  client: string;
  server: string;
  /** Seconds. */
  clientSeconds: number;
  serverSeconds: number;
  isFailed: boolean;
  /** How many calls it stands for, as its sampler said. */
  weight: number;
  /** By `client_` or `server_` and the name of the dimension. */
  readonly dimensions: Map<string, string>;
  /** What the caller calls the other side, if it says so. */
  peer: string;
  virtualNode: '' | 'client' | 'server';
}

export function isComplete({ client, server }: Edge): boolean {
  return client !== '' && server !== '';
}
