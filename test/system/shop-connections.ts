import { encodeRequest, type KeyValue } from '@sonde/proto';

/** What an agent beside the client counts of its connections, a second. */
export interface ShopConnection {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly peer?: string;
  readonly protocol?: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly opened: number;
  readonly failures: number;
}

const CUMULATIVE = 2;
const STEP_MS = 20_000;
const NANO_PER_MS = 1_000_000n;

/** Counters as the agent sends them, as the body of one export request. */
export function connectionsBody(
  connections: readonly ShopConnection[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Uint8Array {
  return encodeRequest('metrics', {
    resourceMetrics: connections.map((one) => {
      const counter = (name: string, unit: string, counted: readonly [number, KeyValue[]][]) => ({
        ...{ name, unit },
        sum: {
          ...{ aggregationTemporality: CUMULATIVE, isMonotonic: true },
          dataPoints: counted.flatMap(([perSecond, more]) =>
            timesOf(fromMs, toMs).map((ms) => ({
              attributes: [...attributesOf(one), ...more],
              startTimeUnixNano: BigInt(fromMs) * NANO_PER_MS,
              timeUnixNano: BigInt(ms) * NANO_PER_MS,
              asInt: BigInt(Math.round((perSecond * (ms - fromMs)) / 1000)),
            })),
          ),
        },
      });
      return {
        resource: {
          attributes: [
            text('service.name', one.service),
            text('service.namespace', 'shop'),
            text('host.name', `${one.service}-1`),
            text('sonde.origin', 'ebpf'),
          ],
        },
        scopeMetrics: [
          {
            scope: { name: 'sonde/ebpf' },
            metrics: [
              counter('network.tcp.connections.opened', '{connection}', [[one.opened, []]]),
              counter('network.tcp.connect.failures', '{connection}', [
                [one.failures, [text('error.type', 'ECONNREFUSED')]],
              ]),
              counter('network.tcp.io', 'By', [
                [one.sentBytes, [text('network.io.direction', 'transmit')]],
                [one.receivedBytes, [text('network.io.direction', 'receive')]],
              ]),
            ],
          },
        ],
      };
    }),
  });
}

function timesOf(fromMs: number, toMs: number): readonly number[] {
  const count = Math.floor((toMs - fromMs) / STEP_MS);
  return Array.from({ length: count }, (_, step) => fromMs + (step + 1) * STEP_MS - 1);
}

function attributesOf({ address, port, peer, protocol }: ShopConnection): KeyValue[] {
  return [
    text('sonde.side', 'client'),
    text('server.address', address),
    { key: 'server.port', value: { intValue: port } },
    text('network.peer.address', address),
    ...(peer === undefined ? [] : [text('service.peer.name', peer)]),
    ...(protocol === undefined ? [] : [text('network.protocol.name', protocol)]),
  ];
}

function text(key: string, value: string): KeyValue {
  return { key, value: { stringValue: value } };
}
