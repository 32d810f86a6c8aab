import type { FunctionDefinition } from '../compile/function-definition.ts';
import { converter } from './define.ts';
import { parseFormat } from './format/directive.ts';
import { sprintf } from './format/sprintf.ts';

/** `Format(format, values)`: Go's `fmt.Sprintf`. */
export const format: FunctionDefinition = converter('Format', ['format', 'vals'], (args) => {
  const pieces = parseFormat(args.literalString('format'));
  const values = args.values('vals');
  return (cursor) =>
    sprintf(
      pieces,
      values.map((value) => value(cursor)),
    );
});
