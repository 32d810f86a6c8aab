import type { FunctionDefinition } from '../compile/function-definition.ts';
import { concat } from './concat.ts';
import { int } from './int.ts';
import { isMatch } from './is-match.ts';

/** Every converter that all contexts have. */
export const CONVERTERS: readonly FunctionDefinition[] = [concat, int, isMatch];
