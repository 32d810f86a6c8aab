import { formatPosition, type Position } from './position.ts';

/**
 * How far reading got: `resolve` (sources, YAML, expansion), `unmarshal` (keys, types, ids),
 * `validate` (what the values mean together). Upstream words its first line accordingly.
 */
export type ConfigStage = 'resolve' | 'unmarshal' | 'validate';

/** One thing that is wrong: upstream's text, then ours. */
export interface ConfigProblem {
  readonly stage: ConfigStage;
  /** Upstream's lines above those of one component, said once. */
  readonly heading?: string;
  /** The Collector's text, without the stage's prefix. */
  readonly text: string;
  /** From the root: `['receivers', 'otlp', 'protocolz']`. */
  readonly path: readonly string[];
  readonly position?: Position;
  /** What to do, a clause: `did you mean "protocols"?`. */
  readonly hint?: string;
}

const DECODING_FAILED = 'decoding failed due to the following error(s):';

/** The configuration cannot be used. All problems that could be found are in it, in file order. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function formatProblems(problems: readonly ConfigProblem[]): string {
  const parts: string[] = [];
  for (const problem of problems.filter(({ stage }) => stage === 'resolve')) {
    parts.push(`failed to get config: cannot resolve the configuration: ${withHint(problem)}`);
  }
  const unmarshal = problems.filter(({ stage }) => stage === 'unmarshal');
  if (unmarshal.length > 0) {
    const prefix = `failed to get config: cannot unmarshal the configuration: ${DECODING_FAILED}`;
    parts.push(`${prefix}\n\n${withHeadings(unmarshal).join('\n')}`);
  }
  const validate = problems.filter(({ stage }) => stage === 'validate');
  if (validate.length > 0) {
    parts.push(`invalid configuration: ${validate.map(withHint).join('\n')}`);
  }
  return parts.join('\n');
}

function withHeadings(problems: readonly ConfigProblem[]): readonly string[] {
  let heading: string | undefined;
  return problems.map((problem) => {
    const isNew = problem.heading !== undefined && problem.heading !== heading;
    heading = problem.heading;
    return `${isNew ? `${problem.heading}\n\n` : ''}${withHint(problem)}`;
  });
}

function withHint(problem: ConfigProblem): string {
  const { position, hint } = problem;
  if (position === undefined && hint === undefined) return problem.text;
  const where = [
    ...(position === undefined ? [] : [formatPosition(position)]),
    ...(problem.path.length === 0 ? [] : [problem.path.join('::')]),
  ].join(' ');
  const line = [where, ...(hint === undefined ? [] : [hint])].filter((part) => part !== '');
  return `${problem.text}\n    ${line.join(': ')}`;
}

/** `error reading configuration for "otlp": decoding failed ...`, upstream's nesting. */
export function componentHeading(section: string, id: string): string {
  const what = `error reading configuration for ${JSON.stringify(id)}`;
  return `error decoding '${section}': ${what}: ${DECODING_FAILED}`;
}
