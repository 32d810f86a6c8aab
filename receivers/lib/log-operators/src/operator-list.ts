import { refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { OPERATORS_MAX } from './limits.ts';
import type { OperatorSpec } from './operator.ts';
import type { OperatorType } from './operator-config.ts';
import { findCircle, uniqueIds } from './operator-ids.ts';
import { OPERATOR_TYPES } from './operator-types.ts';

const TYPES: ReadonlyMap<string, OperatorType> = new Map(
  OPERATOR_TYPES.map((operator) => [operator.type, operator]),
);
const HEAD: z.ZodType<{ readonly type?: unknown }> = z.looseObject({ type: z.unknown() });

type Context = z.core.$RefinementCtx<unknown[]>;

/** The key `operators`: a list of operators, checked as a whole. */
export function operatorList(): z.ZodPrefault<z.ZodType<readonly OperatorSpec[]>> {
  const schema = z
    .array(z.unknown())
    .max(OPERATORS_MAX)
    .transform((list, context): readonly OperatorSpec[] => {
      const specs = list.map((raw, index) => parseOperator(raw, index, context));
      const known = specs.filter((spec) => spec !== undefined);
      if (known.length < specs.length) return z.NEVER;
      checkOutputs(known, context);
      return known;
    });
  return schema.prefault([]);
}

function parseOperator(raw: unknown, index: number, context: Context): OperatorSpec | undefined {
  const head = HEAD.safeParse(raw);
  const type = head.success ? head.data.type : undefined;
  if (typeof type !== 'string') {
    refuseReading(context, { text: "missing required field 'type'", path: [index] });
    return undefined;
  }
  const operator = TYPES.get(type);
  if (operator === undefined) {
    refuseReading(context, {
      text: `unsupported type '${type}'`,
      path: [index, 'type'],
      hint: `operators are ${[...TYPES.keys()].join(', ')}`,
    });
    return undefined;
  }
  const parsed = operator.schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ ...issue, path: [index, ...issue.path] });
  }
  return undefined;
}

function checkOutputs(specs: readonly OperatorSpec[], context: Context): void {
  const ids = new Set(uniqueIds(specs));
  for (const [index, { output, routes }] of specs.entries()) {
    for (const id of [...output, ...(routes ?? []).flat()]) {
      if (ids.has(id)) continue;
      refuseMeaning(context, {
        text: `operator '${id}' does not exist`,
        path: [index, 'output'],
        hint: `operators here are ${[...ids].join(', ')}`,
      });
    }
  }
  const circle = findCircle(specs);
  if (circle !== undefined) {
    refuseMeaning(context, { text: `pipeline has a circular dependency: operator '${circle}'` });
  }
}
