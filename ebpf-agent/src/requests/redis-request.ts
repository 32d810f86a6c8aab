import type { Meaning } from './meaning.ts';

/** Commands whose second word belongs to their name. */
const TWO_WORDS =
  /^(CLIENT|CONFIG|CLUSTER|COMMAND|DEBUG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XGROUP|XINFO|ACL)$/;
const COMMAND = /^\*\d+\r\n\$\d+\r\n([A-Za-z.|_-]{1,32})\r\n(?:\$\d+\r\n([A-Za-z-]{1,32})\r\n)?/;

/** The first command of a round trip (RESP 2 and 3): its name, never its arguments. */
export function redisRequest(text: string): Meaning {
  const [, name = '', word = ''] = COMMAND.exec(text) ?? [];
  const upper = name.toUpperCase();
  const isPipeline = text.slice(1).includes('\r\n*');
  const full = TWO_WORDS.test(upper) && word !== '' ? `${upper} ${word.toUpperCase()}` : upper;
  const operation = isPipeline ? `PIPELINE ${full}` : full;
  return { operation, target: '', text: '' };
}
