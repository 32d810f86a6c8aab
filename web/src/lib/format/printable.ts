/** Characters of a name that a page shows; what is longer is only weight. */
const SHOWN_LENGTH_MAX = 1024;

/** Control characters but line breaks and tabs, and all that change the direction of text. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;
const REPLACEMENT = '\uFFFD';

/**
 * Text from outside as it may stand on a page: of limited length, and without characters that would
 * turn or hide what stands there. Each of those shows as one replacement character.
 */
export function printable(text: string, lengthMax: number = SHOWN_LENGTH_MAX): string {
  const shown = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
  return shown.replace(UNPRINTABLE, REPLACEMENT);
}
