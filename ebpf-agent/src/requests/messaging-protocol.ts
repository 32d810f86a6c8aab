import {
  MESSAGES_CONSUMED,
  MESSAGES_DELIVERED,
  MESSAGES_RECEIVED,
  MESSAGES_SENT,
  MESSAGING_CLIENT_DURATION,
  MESSAGING_SERVER_DURATION,
} from '../metrics/definitions.ts';
import { ExchangeFlag } from '../records/layout.ts';
import { attributesOf } from './attributes.ts';
import { isServer } from './exchange.ts';
import type { ProtocolExchange, RequestProtocol } from './request-protocol.ts';
import { withoutVariable } from './route.ts';

/** `messaging.operation.type` by the name of an operation, where the conventions have one. */
const TYPES: Readonly<Record<string, string>> = {
  send: 'send',
  publish: 'send',
  poll: 'receive',
  get: 'receive',
  deliver: 'receive',
  commit: 'settle',
};

type OwnPart = 'name' | 'read' | 'essence' | 'onConnection' | 'onAnswer';

/** What a broker has of its own. */
interface Own extends Pick<RequestProtocol, OwnPart> {
  readonly system: string;
  /** What nobody answers is one message each; else a request without a duration. */
  readonly hasMessages: boolean;
}

/** A broker: what all of them have in common, with what the given one has of its own. */
export function messagingProtocol(own: Own): RequestProtocol {
  const { name, system, read, essence, onConnection, onAnswer } = own;
  return {
    name,
    read,
    ...(essence && { essence }),
    ...(onConnection && { onConnection }),
    ...(onAnswer && { onAnswer }),
    server: MESSAGING_SERVER_DURATION,
    client: MESSAGING_CLIENT_DURATION,
    ...(own.hasMessages && { messages: messageMetric }),
    errorType: ({ flags, code }) => (flags & ExchangeFlag.failed ? code || 'error' : undefined),
    attributes: ({ meaning: { operation, target } }) =>
      attributesOf({
        'messaging.system': system,
        'messaging.operation.name': operation || undefined,
        'messaging.operation.type': TYPES[operation],
        'messaging.destination.name': target || undefined,
      }),
    details: () => [],
  };
}

/** Which way a message goes: asked or answered, seen by the client or by the broker. */
function messageMetric(exchange: ProtocolExchange): typeof MESSAGES_SENT {
  const isDelivered = (exchange.flags & ExchangeFlag.reversed) !== 0;
  if (isServer(exchange)) return isDelivered ? MESSAGES_DELIVERED : MESSAGES_RECEIVED;
  return isDelivered ? MESSAGES_CONSUMED : MESSAGES_SENT;
}

/** Queues and subjects of a client each (`amq.gen-...`, `_INBOX....`) are one. */
export function destinationName(name: string): string {
  if (/^amq\.gen-/.test(name)) return 'amq.gen-{id}';
  if (/^_INBOX\./.test(name)) return '_INBOX.{id}';
  return name.split('.').map(withoutVariable).join('.');
}
