import { DEAD_LETTER_HEADERS, TOPICS } from '@sonde/buffer';

/** Headers of a letter that logs became. */
export const LETTER_HEADERS: Readonly<Record<string, string>> = {
  tenant: 'acme',
  [DEAD_LETTER_HEADERS.reason]: 'an id of 3 bytes',
  [DEAD_LETTER_HEADERS.code]: 'INVALID_DATA',
  [DEAD_LETTER_HEADERS.topic]: TOPICS.logs,
  [DEAD_LETTER_HEADERS.partition]: '0',
  [DEAD_LETTER_HEADERS.offset]: '7',
};
