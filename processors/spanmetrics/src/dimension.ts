import { compileGlob } from './glob.ts';

/** An attribute that series are kept apart by: one key, or all that match. */
export interface Dimension {
  readonly name: string;
  /** For spans that have none; only with a name. */
  readonly default?: string | undefined;
  readonly glob: string;
}

/** The dimensions of every series, whatever is configured. */
export const SERVICE_NAME = 'service.name';
export const SPAN_NAME = 'span.name';
export const SPAN_KIND = 'span.kind';
export const STATUS_CODE = 'status.code';
export const COLLECTOR_INSTANCE = 'collector.instance.id';

const RESERVED = [SERVICE_NAME, SPAN_KIND, STATUS_CODE, SPAN_NAME, COLLECTOR_INSTANCE];

/** What is wrong with a list of dimensions, in upstream's words; undefined when nothing is. */
export function dimensionProblem(dimensions: readonly Dimension[]): string | undefined {
  const names = new Set(RESERVED);
  const globs = new Map<string, (key: string) => boolean>();
  for (const dimension of dimensions) {
    const { name, glob } = dimension;
    const problem = entryProblem(dimension, names);
    if (problem !== undefined) return problem;
    if (name !== '') {
      names.add(name);
      continue;
    }
    try {
      globs.set(glob, compileGlob(glob));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `invalid dimension glob ${JSON.stringify(glob)}: ${reason}`;
    }
  }
  for (const name of names) {
    for (const [glob, matches] of globs) {
      if (!matches(name)) continue;
      return `duplicate dimension name ${JSON.stringify(name)} conflicting with glob ${JSON.stringify(glob)}`;
    }
  }
  return undefined;
}

function entryProblem(
  { name, glob, default: fallback }: Dimension,
  names: ReadonlySet<string>,
): string | undefined {
  const quoted = { name: JSON.stringify(name), glob: JSON.stringify(glob) };
  if (name !== '' && glob !== '') {
    return `dimension entry must set only one of \`name\` or \`glob\`, got both: name=${quoted.name} glob=${quoted.glob}`;
  }
  if (name === '' && glob === '') return 'dimension entry must set one of `name` or `glob`';
  if (names.has(name)) return `duplicate dimension name ${quoted.name}`;
  if (glob === '' || fallback === undefined) return undefined;
  return `\`default\` is not supported on \`glob\` dimension ${quoted.glob}`;
}
