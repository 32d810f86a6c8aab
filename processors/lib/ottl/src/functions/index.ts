import type { FunctionDefinition } from '../compile/function-definition.ts';
import { concat } from './concat.ts';
import { DURATIONS } from './durations.ts';
import { ENCODINGS } from './encodings.ts';
import { format } from './format.ts';
import { HASHES } from './hashes.ts';
import { IDS } from './ids.ts';
import { int } from './int.ts';
import { isMatch } from './is-match.ts';
import { LETTER_CASES } from './letter-case.ts';
import { LISTS } from './lists.ts';
import { NUMBERS } from './numbers.ts';
import { sort } from './sort.ts';
import { TEXT_PARTS } from './text-parts.ts';
import { TIMES } from './times.ts';
import { TYPE_TESTS } from './type-tests.ts';

/** Every converter that all contexts have. */
export const CONVERTERS: readonly FunctionDefinition[] = [
  concat,
  int,
  isMatch,
  format,
  sort,
  ...NUMBERS,
  ...TYPE_TESTS,
  ...LETTER_CASES,
  ...TEXT_PARTS,
  ...LISTS,
  ...HASHES,
  ...IDS,
  ...TIMES,
  ...DURATIONS,
  ...ENCODINGS,
];
