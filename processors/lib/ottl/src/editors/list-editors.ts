import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { asList } from '../compile/typed-getters.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';

/** `append(target, value?, values?)`: what is no list becomes the first element of one. */
export const append: FunctionDefinition = {
  name: 'append',
  parameters: ['target', 'value?', 'values?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.path('target');
    const added: Getter<C>[] = [];
    if (args.has('value')) added.push(args.value('value'));
    if (args.has('values')) added.push(...args.values('values'));
    if (!args.has('value') && !args.has('values')) {
      throw new CompileError(
        "at least one of the optional arguments ('value' or 'values') must be provided",
      );
    }
    return (cursor) => {
      const list = listOf(target.get(cursor));
      for (const value of added) list.push(value(cursor));
      target.set(cursor, list);
      return null;
    };
  },
};

function listOf(value: Value): Value[] {
  if (value === null) return [];
  return Array.isArray(value) ? [...value] : [value];
}

/** `delete_index(target, start_index, end_index?)`: the elements from start to before end. */
export const deleteIndex: FunctionDefinition = {
  name: 'delete_index',
  parameters: ['target', 'start_index', 'end_index?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.path('target');
    const startOf = args.int('start_index');
    const endOf = args.has('end_index') ? args.int('end_index') : undefined;
    return (cursor) => {
      const list = asList(target.get(cursor));
      const start = startOf(cursor);
      const end = endOf === undefined ? start + 1n : endOf(cursor);
      const length = BigInt(list.length);
      if (start !== 0n || end !== length) checkBounds(start, end, length);
      target.set(cursor, list.toSpliced(Number(start), Number(end - start)));
      return null;
    };
  },
};

function checkBounds(start: bigint, end: bigint, length: bigint): void {
  const of = `out of bounds for slice of length ${length}`;
  if (start < 0n || start >= length) throw new EvaluationError(`startIndex ${start} ${of}`);
  if (end < start) {
    throw new EvaluationError(`endIndex ${end} cannot be less than startIndex ${start}`);
  }
  if (end > length) throw new EvaluationError(`deletion range [${start}:${end}] ${of}`);
}
