import { ByteReader } from './byte-reader.ts';
import type { Meaning } from './meaning.ts';
import { destinationName } from './messaging-protocol.ts';

const PUBLISH = 40;
const DELIVER = 60;

/** A method of AMQP 0-9-1 with its exchange and key, or its queue; no message. */
export function amqpEssence(text: string): string {
  const reader = new ByteReader(text);
  const method = reader.skip(2).u16();
  if (method === DELIVER) {
    // Tag of the consumer, number and repetition of the delivery.
    reader.skip(reader.u8()).skip(9);
  } else {
    reader.skip(2);
  }
  const first = reader.bytes(reader.u8());
  const second = method === PUBLISH || method === DELIVER ? reader.bytes(reader.u8()) : '';
  return `${method}\0${first}\0${second}`;
}

/** As `amqpEssence` gives it. What goes to no exchange goes to the queue that its key names. */
export function amqpRequest(essence: string): Meaning {
  const [method = '', first = '', second = ''] = essence.split('\0', 3);
  const parts = [first, second].filter((part) => part !== '').map(destinationName);
  const operations: Readonly<Record<string, string>> = { 40: 'publish', 60: 'deliver', 70: 'get' };
  return { operation: operations[method] ?? '_OTHER', target: parts.join(':'), text: '' };
}
