import { z } from 'zod';
import { BASE, type OperatorType, transformSpec } from '../operator-config.ts';

/** Does nothing: a place for `output` to point to. */
export const noopOperator: OperatorType = {
  type: 'noop',
  schema: z.strictObject(BASE).transform((config) => transformSpec(config, () => {})),
};
