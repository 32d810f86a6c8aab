import type { OperatorType } from './operator-config.ts';
import { noopOperator } from './operators/noop.ts';

/** Every operator there is. */
export const OPERATOR_TYPES: readonly OperatorType[] = [noopOperator];
