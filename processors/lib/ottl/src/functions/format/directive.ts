/** One `%` of a format: flags, width, precision, the verb, and which argument it takes. */
export interface Directive {
  readonly flags: Flags;
  /** A number, `*` for the next argument, undefined for none. */
  readonly width: Size | undefined;
  readonly precision: Size | undefined;
  /** The argument that an index before the verb names, from 0. */
  readonly index: ArgumentIndex | undefined;
  /** One character; empty where the format ends too early. */
  readonly verb: string;
}

export interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
}

export type ArgumentIndex = number | 'bad';
export type Size = number | { readonly argument: ArgumentIndex | undefined };

/** A format in pieces: text, and directives. */
export type FormatPiece = string | Directive;

/** Widths and precisions above that are taken as a mistake, as in Go. */
export const SIZE_MAX = 1_000_000;

const SHAPE =
  /^%(?<flags>[-+# 0]*)(?:(?<widthIndex>\[[^\]]*\])?(?:(?<width>[0-9]+)|(?<widthStar>\*)))?(?:(?<point>\.)(?<precisionIndex>\[[^\]]*\])?(?:(?<precision>[0-9]+)|(?<precisionStar>\*))?)?(?<index>\[[^\]]*\])?(?<verb>.)?/su;

/** Takes a format of Go's `fmt` apart, once. */
export function parseFormat(format: string): readonly FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent !== at) {
      pieces.push(format.slice(at, percent < 0 ? undefined : percent));
      if (percent < 0) break;
    }
    const match = SHAPE.exec(format.slice(percent));
    if (match === null) break;
    pieces.push(directiveOf(match.groups ?? {}));
    at = percent + match[0].length;
  }
  return pieces;
}

function directiveOf(groups: Record<string, string | undefined>): Directive {
  const flags = groups.flags ?? '';
  return {
    flags: {
      plus: flags.includes('+'),
      minus: flags.includes('-'),
      sharp: flags.includes('#'),
      space: flags.includes(' '),
      zero: flags.includes('0'),
    },
    width: sizeOf(groups.width, groups.widthStar, groups.widthIndex),
    precision:
      sizeOf(groups.precision, groups.precisionStar, groups.precisionIndex) ??
      (groups.point === undefined ? undefined : 0),
    index: indexOf(groups.index),
    verb: groups.verb ?? '',
  };
}

function sizeOf(
  digits: string | undefined,
  star: string | undefined,
  index: string | undefined,
): Size | undefined {
  if (star !== undefined) return { argument: indexOf(index) };
  if (digits === undefined) return undefined;
  return Math.min(Number(digits), SIZE_MAX);
}

function indexOf(text: string | undefined): ArgumentIndex | undefined {
  if (text === undefined) return undefined;
  return /^\[[1-9][0-9]{0,6}\]$/.test(text) ? Number(text.slice(1, -1)) - 1 : 'bad';
}
