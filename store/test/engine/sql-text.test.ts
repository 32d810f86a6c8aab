import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitInsert } from '../../src/engine/insert-head.ts';
import { mapLiteral, quotedIdentifier, stringLiteral } from '../../src/engine/sql-literals.ts';
import { tokenize } from '../../src/engine/sql-tokens.ts';
import { statementShape } from '../../src/engine/statement-shape.ts';

function words(sql: string): string[] {
  return [...tokenize(sql, { strict: false })].map((token) => `${token.kind}:${token.text}`);
}

describe('SQL tokens', () => {
  it('tells words, quotes, comments and heredocs apart', () => {
    expect(
      words("SELECT 'a''b\\'c' AS `x`, \"y\" -- rest\n + 1.file($t$ ' $t$) /* 'x */ # c\n;"),
    ).toEqual([
      'word:SELECT',
      "string:a''b\\'c",
      'word:AS',
      'quoted:x',
      'symbol:,',
      'quoted:y',
      'symbol:+',
      'number:1',
      'symbol:.',
      'word:file',
      'symbol:(',
      "string: ' ",
      'symbol:)',
      'symbol:;',
    ]);
  });

  it('ends on any text, and covers it in order', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: 'binary-ascii' }), (sql) => {
        let at = 0;
        try {
          for (const token of tokenize(sql, { strict: false })) {
            expect(token.at).toBeGreaterThanOrEqual(at);
            expect(token.end).toBeGreaterThan(token.at);
            at = token.end;
          }
        } catch (error) {
          expect(error).toHaveProperty('name', 'UnfinishedSqlError');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back any literal as one token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect([...tokenize(stringLiteral(text), { strict: true })]).toHaveLength(1);
        expect([...tokenize(quotedIdentifier(text), { strict: true })]).toHaveLength(1);
        expect([...tokenize(mapLiteral([[text, text]]), { strict: true })]).toHaveLength(5);
      }),
    );
  });
});

describe('an INSERT and its data', () => {
  const cases: Array<[string, string, string, string]> = [
    ['INSERT INTO t FORMAT CSV\n1\n', 'INSERT INTO t ', 'CSV', '1\n'],
    [
      'insert into a.b (x, `format`) format Native\n\n\n',
      'insert into a.b (x, `format`) ',
      'Native',
      '\n\n',
    ],
    [
      'INSERT INTO t (`a)`, b) SETTINGS x = 1 FORMAT TSV 1',
      'INSERT INTO t (`a)`, b) SETTINGS x = 1 ',
      'TSV',
      '1',
    ],
    ["INSERT INTO t VALUES (1, 'FORMAT')", 'INSERT INTO t ', 'Values', " (1, 'FORMAT')"],
    [
      '/* c */ INSERT -- x\n INTO {d:Identifier}.t FORMAT CSV \r\n;',
      '/* c */ INSERT -- x\n INTO {d:Identifier}.t ',
      'CSV',
      ';',
    ],
    ['INSERT INTO t FORMAT RowBinary\n\r\n', 'INSERT INTO t ', 'RowBinary', '\r\n'],
  ];

  it('is split where the data begins', () => {
    for (const [text, statement, format, data] of cases) {
      const split = splitInsert(text, true);
      if (typeof split === 'string') throw new Error(`${text} was not split: ${split}`);
      expect(text.slice(0, split.statementEnd)).toBe(statement);
      expect(split.format).toBe(format);
      expect(text.slice(split.dataStart)).toBe(data);
    }
  });

  it('is split the same however the bytes arrive', () => {
    for (const [text] of cases) {
      const whole = splitInsert(text, true);
      for (let length = 0; length < text.length; length++) {
        const part = splitInsert(text.slice(0, length), false);
        if (part !== 'more') expect(part).toEqual(whole);
      }
    }
  });

  it('is no data insert when rows come from a query', () => {
    for (const text of [
      'INSERT INTO t SELECT 1',
      'INSERT INTO t WITH 1 AS x SELECT x',
      'SELECT 1',
      '',
    ]) {
      expect(splitInsert(text, true)).toBe('none');
    }
  });
});

describe('the shape of a statement', () => {
  it('finds the output format only where it is one', () => {
    expect(statementShape('SELECT 1 FORMAT JSON').format).toBe('JSON');
    expect(statementShape('SELECT 1 FORMAT JSON SETTINGS a = 1').format).toBe('JSON');
    expect(statementShape('SELECT 1 AS format, (SELECT 2 FORMAT TSV)').format).toBeUndefined();
    expect(statementShape("SELECT 'x FORMAT JSON'").format).toBeUndefined();
  });

  it('knows what changes the session', () => {
    expect(statementShape('set a = 1').changesSession).toBe(true);
    expect(statementShape('CREATE TEMPORARY TABLE t (a Int8)').changesSession).toBe(true);
    expect(statementShape('SELECT 1').changesSession).toBe(false);
    expect(statementShape("BACKUP TABLE t TO File('a') ASYNC").goesOn).toBe(true);
    expect(statementShape("BACKUP TABLE t TO File('a')").goesOn).toBe(false);
  });

  it('cuts a closing semicolon and refuses what follows one', () => {
    expect(statementShape('SELECT 1 ; -- done\n').end).toBe(9);
    expect(() => statementShape('SELECT 1; SELECT 2')).toThrow('multi-statements');
    expect(statementShape("SELECT ';'").end).toBe(10);
  });
});
