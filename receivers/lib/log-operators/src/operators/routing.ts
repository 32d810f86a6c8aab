import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { expression, exprString } from '../config-fields.ts';
import { EntryLabels } from '../entry-labels.ts';
import type { Operator } from '../operator.ts';
import { BASE, type OperatorType, operatorSpec } from '../operator-config.ts';

const outputs: z.ZodType<readonly string[]> = z
  .union([z.string(), z.array(z.string())])
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));

const { output: _output, ...ROUTER_BASE } = BASE;

/** Sends each entry to the output of the first route whose expression holds. */
export const routerOperator: OperatorType = {
  type: 'router',
  schema: z
    .strictObject({
      ...ROUTER_BASE,
      routes: z.array(
        z.strictObject({
          expr: expression(),
          output: outputs,
          attributes: z.record(z.string(), exprString()).prefault({}),
        }),
      ),
      default: outputs.optional(),
    })
    .superRefine(({ routes }, context) => {
      if (routes.length === 0) {
        refuseMeaning(context, { text: "missing required field 'routes'" });
      }
    })
    .transform((config) => {
      const routes = config.routes.map((route) => ({
        ...route,
        labels: new EntryLabels({ attributes: route.attributes, resource: {} }),
      }));
      const fallback = routes.length;
      const operator: Operator = {
        process(entry, write) {
          const index = routes.findIndex(({ expr }) => expr.test(entry));
          if (index < 0) {
            // Without a default what no route wants is dropped, as upstream.
            if (config.default !== undefined) write(entry, fallback);
            return;
          }
          routes[index]?.labels.apply(entry);
          write(entry, index);
        },
      };
      return {
        ...operatorSpec({ ...config, output: [] }, () => operator),
        routes: [...routes.map(({ output }) => output), config.default ?? []],
      };
    }),
};

/** Drops the entries for which the expression holds, or a part of them. */
export const filterOperator: OperatorType = {
  type: 'filter',
  schema: z
    .strictObject({ ...BASE, expr: expression(), drop_ratio: z.number().default(1) })
    .superRefine(({ drop_ratio: ratio }, context) => {
      if (ratio >= 0 && ratio <= 1) return;
      refuseMeaning(context, { text: 'drop_ratio must be a number between 0 and 1' });
    })
    .transform((config) => {
      const operator: Operator = {
        process(entry, write) {
          const drops = config.expr.test(entry) && Math.random() < config.drop_ratio;
          if (!drops) write(entry);
        },
      };
      return operatorSpec(config, () => operator);
    }),
};
