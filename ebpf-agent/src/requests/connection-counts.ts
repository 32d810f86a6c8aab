import { getSystemErrorName } from 'node:util';
import type { KeyValue } from '@sonde/proto';
import type { UnreadTls } from '../capabilities/covered-connections.ts';
import type { Workload } from '../entities/workload.ts';
import {
  CONNECT_DURATION,
  CONNECT_FAILURES,
  CONNECTION_RESETS,
  CONNECTIONS_ACTIVE,
  CONNECTIONS_OPENED,
  type MetricDefinition,
  TCP_BYTES,
  TCP_RETRANSMITS,
  TCP_RTT,
} from '../metrics/definitions.ts';
import { ConnectionFlag, Role } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import { attributesOf } from './attributes.ts';
import type { Connection, ConnectionTable } from './connection.ts';
import { protocolNameOf } from './protocols.ts';

const NS_PER_S = 1e9;
const US_PER_S = 1e6;

const SIDES = ['unknown', 'client', 'server'] as const;

interface Counted {
  readonly connection: Connection;
  readonly workload: Workload;
  readonly table: ConnectionTable;
  /** Why its requests are not read, where it speaks TLS. */
  readonly unreadTls: () => UnreadTls;
}

/** What a connection did since its last record, in the numbers of the service that has it. */
export function countConnection(record: RecordView, counted: Counted): void {
  const { connection, workload, table } = counted;
  const flags = record.connectionFlags;
  if (connection.role === Role.server) table.listens(connection, workload);
  const peer = peerOf(record, connection, table);
  // What a closed connection says afterwards is no connection more.
  const isOpen = connection.openAs !== undefined || (flags & ConnectionFlag.opened) !== 0;
  if (isOpen) cover(record, counted);
  const add = (metric: MetricDefinition, value: number, more: readonly KeyValue[] = []): void => {
    const suffix = more.map(({ value: text }) => text?.stringValue ?? '').join();
    const attributes = (): readonly KeyValue[] => [...peer.attributes(), ...more];
    workload.metrics.add(metric, { key: `${peer.key} ${suffix}`, attributes }, value);
  };
  if (flags & ConnectionFlag.refused) {
    add(CONNECT_FAILURES, 1, attributesOf({ 'error.type': errorName(record.error) }));
    return;
  }
  if (flags & ConnectionFlag.opened) {
    add(CONNECTIONS_OPENED, 1);
    if (record.connectNs > 0) add(CONNECT_DURATION, record.connectNs / NS_PER_S);
    connection.openAs = { workload, role: connection.role };
    workload.metrics.add(CONNECTIONS_ACTIVE, sideOf(connection.role), 1);
  }
  const { sentBytes, receivedBytes, retransmits, rttUs } = record;
  if (sentBytes > 0) add(TCP_BYTES, sentBytes, TRANSMIT);
  if (receivedBytes > 0) add(TCP_BYTES, receivedBytes, RECEIVE);
  if (retransmits > 0) add(TCP_RETRANSMITS, retransmits);
  if (flags & ConnectionFlag.reset) add(CONNECTION_RESETS, 1, TRANSMIT);
  if (flags & ConnectionFlag.reset_by_peer) add(CONNECTION_RESETS, 1, RECEIVE);
  if (rttUs > 0) add(TCP_RTT, rttUs / US_PER_S);
}

function cover({ protocol, isSecure }: RecordView, counted: Counted): void {
  const { connection, workload, table, unreadTls } = counted;
  const { peerKey, role } = connection;
  workload.coverage.connections.count(connection, {
    ...{ protocol, protocolName: protocolNameOf(protocol), isSecure, unreadTls, peerKey },
    peer: () => [...sideOf(role).attributes(), ...table.peerAttributes(connection)],
  });
}

function peerOf(
  record: RecordView,
  connection: Connection,
  table: ConnectionTable,
): { readonly key: string; readonly attributes: () => readonly KeyValue[] } {
  const protocol = protocolNameOf(record.protocol);
  return {
    key: `${connection.peerKey} ${protocol}`,
    attributes: () => [
      ...sideOf(connection.role).attributes(),
      ...attributesOf({ 'network.protocol.name': protocol }),
      ...table.peerAttributes(connection),
    ],
  };
}

const TRANSMIT = attributesOf({ 'network.io.direction': 'transmit' });
const RECEIVE = attributesOf({ 'network.io.direction': 'receive' });

/** The series of open connections on one side. */
export function sideOf(role: number): {
  readonly key: string;
  readonly attributes: () => readonly KeyValue[];
} {
  const side = SIDES[role] ?? 'unknown';
  return { key: side, attributes: () => attributesOf({ 'sonde.side': side }) };
}

function errorName(number: number): string {
  return number > 0 ? getSystemErrorName(-number) : 'unknown';
}
