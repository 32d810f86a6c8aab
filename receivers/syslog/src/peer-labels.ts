import type { EntryMap } from '@sonde/log-operators';
import type { HostNames } from './host-names.ts';

export interface Peer {
  readonly transport: 'IP.TCP' | 'IP.UDP';
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly hostAddress: string;
  readonly hostPort: number;
}

const MAPPED = /^::ffff:(?=[0-9.]+$)/;

/** The attributes `net.*` of `add_attributes`. */
export function peerLabels(peer: Peer, names: HostNames): EntryMap {
  const peerAddress = peer.peerAddress.replace(MAPPED, '');
  const hostAddress = peer.hostAddress.replace(MAPPED, '');
  return new Map([
    ['net.transport', peer.transport],
    ['net.peer.ip', peerAddress],
    ['net.peer.port', String(peer.peerPort)],
    ['net.peer.name', names.of(peerAddress)],
    ['net.host.ip', hostAddress],
    ['net.host.port', String(peer.hostPort)],
    ['net.host.name', names.of(hostAddress)],
  ]);
}
