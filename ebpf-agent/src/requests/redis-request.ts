import type { Meaning } from './meaning.ts';

/** Commands whose second word belongs to their name. */
const TWO_WORDS =
  /^(CLIENT|CONFIG|CLUSTER|COMMAND|DEBUG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XGROUP|XINFO|ACL)$/;
const COMMAND = /^\*\d+\r\n\$\d+\r\n([A-Za-z.|_-]{1,32})\r\n(?:\$\d+\r\n([A-Za-z-]{1,32})\r\n)?/;
const INLINE = /^([A-Za-z]{1,32})(?: ([A-Za-z-]{1,32}))?[ \r\n]/;

/** Beginnings of errors, of which 8 characters are there. */
const ERRORS: Readonly<Record<string, string>> = {
  WRONGTYP: 'WRONGTYPE',
  EXECABOR: 'EXECABORT',
  NOREPLIC: 'NOREPLICAS',
  CROSSSLO: 'CROSSSLOT',
  CLUSTERD: 'CLUSTERDOWN',
  BUSYGROU: 'BUSYGROUP',
  MASTERDO: 'MASTERDOWN',
  WRONGPAS: 'WRONGPASS',
};

/** The first command of a round trip (RESP 2 and 3): its name, never its arguments. */
export function redisEssence(text: string): string {
  const [, name = '', word = ''] = COMMAND.exec(text) ?? INLINE.exec(text) ?? [];
  const upper = name.toUpperCase();
  return TWO_WORDS.test(upper) && word !== '' ? `${upper} ${word.toUpperCase()}` : upper;
}

/** As `redisEssence` gives it. */
export function redisRequest(operation: string): Meaning {
  return { operation, target: '', text: '' };
}

/** The first word of an error. */
export function redisError(code: string): string {
  const word = /^[A-Z]+/.exec(code)?.[0] ?? '';
  return ERRORS[word] ?? word;
}
