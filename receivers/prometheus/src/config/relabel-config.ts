import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { type IssueSink, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** One rule that changes labels or decides about what has them. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** Anchored at both ends. */
  readonly regex: GoRegexp;
  readonly modulus: number;
  readonly targetLabel: string;
  readonly replacement: string;
}

const DEFAULT_REGEX = '(.*)';
const DEFAULT_REPLACEMENT = '$1';
const DEFAULT_SEPARATOR = ';';

const shape = z.strictObject({
  source_labels: z.array(z.string()).default([]),
  separator: z.string().default(DEFAULT_SEPARATOR),
  regex: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  modulus: z.int().min(0).default(0),
  target_label: z.string().default(''),
  replacement: z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .default(DEFAULT_REPLACEMENT),
  action: z.string().default('replace'),
});
type Given = z.output<typeof shape>;

/** An entry of `relabel_configs` or `metric_relabel_configs`. */
export const relabelRule: z.ZodType<RelabelRule> = shape.transform((given, sink): RelabelRule => {
  const action = RELABEL_ACTIONS.find((known) => known === given.action.toLowerCase());
  if (action === undefined) {
    refuseMeaning(sink, {
      text: `unknown relabel action ${JSON.stringify(given.action)}`,
      path: ['action'],
      hint: `one of ${RELABEL_ACTIONS.join(', ')}`,
    });
    return z.NEVER;
  }
  checkRule(action, given, sink);
  const regex = compile(given.regex ?? DEFAULT_REGEX, sink);
  if (regex === undefined) return z.NEVER;
  return {
    action,
    sourceLabels: given.source_labels,
    separator: given.separator,
    regex,
    modulus: given.modulus,
    targetLabel: given.target_label,
    replacement: given.replacement,
  };
});

function compile(pattern: string, sink: IssueSink): GoRegexp | undefined {
  try {
    return new GoRegexp(`^(?s:${pattern})$`);
  } catch (error) {
    if (!(error instanceof GoRegexpError)) throw error;
    refuseMeaning(sink, { text: error.message, path: ['regex'] });
    return undefined;
  }
}

const NEEDS_TARGET: ReadonlySet<RelabelAction> = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);

function checkRule(action: RelabelAction, given: Given, sink: IssueSink): void {
  const refuse = (text: string): void => refuseMeaning(sink, { text });
  if (action === 'hashmod' && given.modulus === 0) {
    refuse('relabel configuration for hashmod requires non-zero modulus');
  }
  if (NEEDS_TARGET.has(action) && given.target_label === '') {
    refuse(`relabel configuration for ${action} action requires 'target_label' value`);
  }
  const bare = given.replacement === DEFAULT_REPLACEMENT && given.separator === DEFAULT_SEPARATOR;
  if (action === 'labeldrop' || action === 'labelkeep') {
    const others =
      given.source_labels.length > 0 || given.target_label !== '' || given.modulus !== 0 || !bare;
    if (others) refuse(`${action} action requires only 'regex', and no other fields`);
  }
  if (action === 'keepequal' || action === 'dropequal') {
    if (given.regex !== undefined || given.modulus !== 0 || !bare) {
      refuse(
        `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`,
      );
    }
  }
}
