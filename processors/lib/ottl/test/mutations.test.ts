import { describe, expect, it } from 'vitest';
import { CompileError, EvaluationError } from '../src/errors.ts';
import { ErrorPolicy } from '../src/program/error-policy.ts';
import { LOGS, SPANS } from '../src/program/ottl-context.ts';
import { columnsOf, editedOnWire, isRandom, jsonOf, LOG_RECORDS, TRACES } from './batch.ts';
import { PUBLISHED } from './published/statements.ts';

const MUTATIONS = 3_000;
const PIECES = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  '.',
  '==',
  '=',
  ' ',
  '-',
  '0',
  '1.5',
  'nil',
  'not',
  'where',
  '0x',
  '\\',
  'é',
  '$1',
  'log.',
  'span.',
  'SHA256',
  'attributes',
] as const;

/** The same numbers from the same seed. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

function mutated(text: string, random: () => number): string {
  let result = text;
  for (let i = random() % 3; i >= 0; i--) {
    const at = random() % (result.length + 1);
    const piece = PIECES[random() % PIECES.length] ?? '';
    const removed = random() % 4;
    result = result.slice(0, at) + (random() % 3 === 0 ? '' : piece) + result.slice(at + removed);
  }
  return result;
}

describe('statements that somebody mistyped', () => {
  it('are refused as texts, or fail as data, or run; nothing else happens', () => {
    const source = numbers(7);
    const random = (): number => Number(source.next().value ?? 0) >>> 3;
    const texts = PUBLISHED.flatMap((one) => one.statements);
    const errors = new ErrorPolicy({ mode: 'silent', warn: () => {} });
    const batches = [
      { context: SPANS, columns: columnsOf('traces', TRACES) },
      { context: LOGS, columns: columnsOf('logs', LOG_RECORDS) },
    ] as const;
    const before = batches.map(({ columns }) => jsonOf(columns));
    const counts = { ran: 0, refused: 0, onWire: 0 };
    for (let i = 0; i < MUTATIONS; i++) {
      const text = mutated(texts[random() % texts.length] ?? '', random);
      for (const { context, columns } of batches) {
        try {
          const edited = context.program({ statements: [text] }, errors)(columns, undefined);
          const json = jsonOf(edited);
          counts.ran += 1;
          const rewritten = isRandom(text) ? undefined : editedOnWire(context.name, columns, text);
          if (rewritten === undefined) continue;
          expect(jsonOf(rewritten), text).toEqual(json);
          counts.onWire += 1;
        } catch (error) {
          expect(error, text).toBeInstanceOf(CompileError);
          expect(error, text).not.toBeInstanceOf(EvaluationError);
          counts.refused += 1;
        }
      }
    }
    expect(batches.map(({ columns }) => jsonOf(columns))).toEqual(before);
    expect(counts.ran).toBeGreaterThan(MUTATIONS / 20);
    expect(counts.refused).toBeGreaterThan(MUTATIONS / 20);
    expect(counts.onWire).toBeGreaterThan(MUTATIONS / 50);
  });
});
