import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Draw } from '../bench/log-lines.ts';
import type { LogSystem } from './loghub-systems.ts';
import { BEHIND, VALUES } from './made-up-values.ts';

/**
 * Log lines of systems that nobody's data folder has, with the template that each was made from.
 * `made-up/NAME.txt` has a line `header TEXT` for each header in use, and a line `WEIGHT LEVEL TEXT`
 * for each statement; in them `{name}` is a value, `{=a|b}` one of few.
 */
const FOLDER = join(import.meta.dirname, 'made-up');
const PLACE = /\{(=[^{}]+|[a-z][a-z0-9]*)\}/g;
const LEVEL_WORDS: Readonly<Record<string, string>> = { I: 'info', W: 'warning', E: 'error' };
const LEVEL_PLACES: Readonly<Record<string, (level: string) => string>> = {
  LEVEL: (level) => level.toUpperCase(),
  LEVEL5: (level) => level.toUpperCase().padEnd(5),
  LVL3: (level) => level.toUpperCase().slice(0, 3),
  Level: (level) => level,
  level: (level) => level.toLowerCase(),
  L: (level) => level.slice(0, 1).toUpperCase(),
};

interface Statement {
  readonly weight: number;
  readonly level: string;
  readonly text: string;
}

interface MadeUpSystem {
  readonly name: string;
  readonly headers: readonly string[];
  readonly statements: readonly Statement[];
}

/** The same lines for the same seed. */
export function madeUpSystems(seed: number, linesOfEach: number): readonly LogSystem[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file, i) => linesOf(readSystem(file), new Draw(seed * 7919 + i), linesOfEach));
}

function readSystem(file: string): MadeUpSystem {
  const headers: string[] = [];
  const statements: Statement[] = [];
  for (const line of readFileSync(join(FOLDER, file), 'utf8').split('\n')) {
    const [, word = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (word === 'header') headers.push(rest);
    else if (word !== '') {
      const [, level = '', text = ''] = /^(\S+) (.*)$/.exec(rest) ?? [];
      statements.push({ weight: Number(word), level: LEVEL_WORDS[level] ?? level, text });
    }
  }
  return { name: file.slice(0, -'.txt'.length), headers, statements };
}

function linesOf(
  { name, headers, statements }: MadeUpSystem,
  draw: Draw,
  lines: number,
): LogSystem {
  const whole = statements.reduce((sum, { weight }) => sum + weight, 0);
  const raw: string[] = [];
  const bodies: string[] = [];
  const templates: string[] = [];
  for (let at = 0; at < lines; at++) {
    // Every statement has a line at least.
    const statement = statements[at] ?? drawn(statements, draw.below(whole));
    const { level, text } = statement;
    const message = filled(text, draw, at);
    const header = headers[draw.below(headers.length)] ?? '';
    raw.push(headed(header, { level, message, draw, at }));
    bodies.push(message);
    templates.push(templateOf(text));
  }
  return { name, raw, bodies, templates };
}

function drawn(statements: readonly Statement[], at: number): Statement {
  let left = at;
  for (const statement of statements) {
    left -= statement.weight;
    if (left < 0) return statement;
  }
  throw new Error('weights are whole numbers');
}

function filled(text: string, draw: Draw, at: number): string {
  return text.replaceAll(PLACE, (place, name: string) => {
    if (name.startsWith('=')) return draw.of(name.slice(1).split('|'));
    return VALUES[name]?.(draw, at) ?? place;
  });
}

/** What the first line says, with `<*>` where values stand. */
function templateOf(text: string): string {
  return text.replaceAll(PLACE, (place, name: string) => {
    if (BEHIND.has(name)) return '';
    return name.startsWith('=') || VALUES[name] !== undefined ? '<*>' : place;
  });
}

interface Headed {
  readonly level: string;
  readonly message: string;
  readonly draw: Draw;
  readonly at: number;
}

function headed(header: string, { level, message, draw, at }: Headed): string {
  const levels = header.replaceAll(/\{([A-Za-z0-9]+)\}/g, (place, name: string) =>
    LEVEL_PLACES[name] === undefined ? place : LEVEL_PLACES[name](level),
  );
  const json = JSON.stringify(message).slice(1, -1);
  return filled(levels, draw, at).replace(/\{(message|json|quoted)\}/, (_place, name: string) =>
    name === 'message' ? message : json,
  );
}
