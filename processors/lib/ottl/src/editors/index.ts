import type { FunctionDefinition } from '../compile/function-definition.ts';
import { clear } from './clear.ts';
import { deleteKey, deleteMatchingKeys, keepKeys, keepMatchingKeys } from './delete-keys.ts';
import { flatten } from './flatten.ts';
import { limit } from './limit.ts';
import { append, deleteIndex } from './list-editors.ts';
import { mergeMaps } from './merge-maps.ts';
import { replaceAllMatches, replaceMatch } from './replace-match.ts';
import { replaceAllPatterns, replacePattern } from './replace-pattern.ts';
import { set } from './set.ts';
import { stringifyAll } from './stringify-all.ts';
import { truncateAll } from './truncate-all.ts';

/** Every editor that all contexts have. */
export const EDITORS: readonly FunctionDefinition[] = [
  append,
  clear,
  deleteIndex,
  deleteKey,
  deleteMatchingKeys,
  flatten,
  keepKeys,
  keepMatchingKeys,
  limit,
  mergeMaps,
  replaceAllMatches,
  replaceAllPatterns,
  replaceMatch,
  replacePattern,
  set,
  stringifyAll,
  truncateAll,
];
