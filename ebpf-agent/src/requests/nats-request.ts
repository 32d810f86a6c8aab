import type { Meaning } from './meaning.ts';
import { destinationName } from './messaging-protocol.ts';

const LINE = /^H?(PUB|MSG) (\S{1,200})/;

/** What is published or delivered, and on which subject; no message. */
export function natsEssence(text: string): string {
  return LINE.exec(text)?.[0] ?? '';
}

/** As `natsEssence` gives it. */
export function natsRequest(essence: string): Meaning {
  const [, verb = '', subject = ''] = LINE.exec(essence) ?? [];
  const operation = verb === 'MSG' ? 'deliver' : 'publish';
  return { operation, target: destinationName(subject), text: '' };
}
