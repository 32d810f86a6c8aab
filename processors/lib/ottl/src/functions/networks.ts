import { createHash } from 'node:crypto';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { converter } from './define.ts';
import { ipBytes, isWithin, type Network, parseNetwork } from './ip-address.ts';

const PORT_MAX = 65_535n;
const PROTOCOLS = new Map<string, number>([
  ['ICMP', 1],
  ['TCP', 6],
  ['UDP', 17],
  ['RSVP', 46],
  ['ICMP6', 58],
  ['SCTP', 132],
]);

function networkOf(text: string, refuse: (message: string) => Error): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw refuse(`invalid CIDR address: ${text}`);
  return network;
}

const isInCidr = converter('IsInCIDR', ['target', 'networks'], (args) => {
  const target = args.string('target');
  const networks = args
    .literalElements('networks')
    .map((literal) =>
      typeof literal === 'string'
        ? networkOf(literal, (message) => new CompileError(message))
        : undefined,
    );
  const texts = args.strings('networks');
  return (cursor) => {
    const address = ipBytes(target(cursor));
    if (address === undefined) return false;
    return texts.some((text, index) => {
      const known = networks[index];
      const network = known ?? networkOf(text(cursor), (message) => new EvaluationError(message));
      return isWithin(address, network);
    });
  };
});

interface Endpoint {
  readonly address: Buffer;
  readonly port: number;
}

function endpointGetter<C>(
  args: Arguments<C>,
  side: 'source' | 'destination',
): Getter<C, Endpoint> {
  const ip = args.string(`${side}_ip`);
  const portOf = args.int(`${side}_port`);
  return (cursor) => {
    const text = ip(cursor);
    const port = portOf(cursor);
    if (port < 0n || port > PORT_MAX) {
      throw new EvaluationError(`${side} port must be between 0 and 65535, got ${port}`);
    }
    const address = ipBytes(text);
    if (address === undefined) throw new EvaluationError(`invalid ${side} IP: ${text}`);
    return { address, port: Number(port) };
  };
}

/** The lesser endpoint first, so that both directions have one id. */
function order(a: Endpoint, b: Endpoint): readonly [Endpoint, Endpoint] {
  const difference =
    a.address.length - b.address.length || a.address.compare(b.address) || a.port - b.port;
  return difference > 0 ? [b, a] : [a, b];
}

/** Community ID, version 1. Source: github.com/corelight/community-id-spec. */
function communityIdOf(
  endpoints: readonly [Endpoint, Endpoint],
  protocol: number,
  seed: number,
): string {
  const [first, second] = order(...endpoints);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(seed);
  const tail = Buffer.from([protocol, 0, 0, 0, 0, 0]);
  tail.writeUInt16BE(first.port, 2);
  tail.writeUInt16BE(second.port, 4);
  const hash = createHash('sha1');
  for (const part of [head, first.address, second.address, tail]) hash.update(part);
  return `1:${hash.digest('base64')}`;
}

const communityId = converter(
  'CommunityID',
  ['source_ip', 'source_port', 'destination_ip', 'destination_port', 'protocol?', 'seed?'],
  (args) => {
    const source = endpointGetter(args, 'source');
    const destination = endpointGetter(args, 'destination');
    const protocol = args.has('protocol') ? args.string('protocol') : () => 'TCP';
    const seedOf = args.has('seed') ? args.int('seed') : () => 0n;
    return (cursor) => {
      const endpoints = [source(cursor), destination(cursor)] as const;
      const name = protocol(cursor);
      const number = PROTOCOLS.get(name);
      if (number === undefined) throw new EvaluationError(`unsupported protocol: ${name}`);
      const seed = seedOf(cursor);
      if (seed < 0n || seed > PORT_MAX) {
        throw new EvaluationError(`seed must be between 0 and 65535, got ${seed}`);
      }
      return communityIdOf(endpoints, number, Number(seed));
    };
  },
);

export const NETWORKS: readonly FunctionDefinition[] = [isInCidr, communityId];
