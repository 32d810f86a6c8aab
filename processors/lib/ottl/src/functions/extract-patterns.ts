import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import type { ValueMap } from '../value/value.ts';
import { converter } from './define.ts';

/** `ExtractPatterns(target, pattern)`: the named groups of the first match. */
export const extractPatterns: FunctionDefinition = converter(
  'ExtractPatterns',
  ['target', 'pattern'],
  (args) => {
    const target = args.string('target');
    const pattern = args.pattern('pattern');
    return (cursor) => {
      const regexp = pattern(cursor);
      if (regexp.groupNames.every((name) => name === '')) {
        throw new EvaluationError(
          'at least 1 named capture group must be supplied in the given regex',
        );
      }
      const groups = regexp.findGroups(target(cursor)) ?? [];
      const found: ValueMap = new Map();
      for (const [index, group] of groups.entries()) {
        const name = regexp.groupNames[index] ?? '';
        if (name !== '') found.set(name, group);
      }
      return found;
    };
  },
);
