import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GoRegexp } from '@sonde/go-regexp';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);

/** A browser or a system: its name, and the parts of its version that are known. */
export interface AgentPart {
  readonly family: string;
  readonly version: string;
}

/** A pattern, and what to write for the name and each part of the version: `$1` is a group. */
interface AgentPattern {
  readonly regexp: GoRegexp;
  readonly templates: readonly string[];
}

const KINDS = {
  browser: {
    list: 'user_agent_parsers',
    templates: ['family_replacement', 'v1_replacement', 'v2_replacement', 'v3_replacement'],
  },
  system: {
    list: 'os_parsers',
    templates: [
      'os_replacement',
      'os_v1_replacement',
      'os_v2_replacement',
      'os_v3_replacement',
      'os_v4_replacement',
    ],
  },
} as const;
type AgentKind = keyof typeof KINDS;

const UNKNOWN: AgentPart = { family: 'Other', version: '' };

/** The patterns of uap-core, in order: the first that matches is taken. Made once a process. */
export class AgentParsers {
  readonly #browsers: readonly AgentPattern[];
  readonly #systems: readonly AgentPattern[];

  /** Reads the file of the package and compiles about 550 patterns: takes a second. */
  constructor() {
    const path = require.resolve('uap-core/regexes.yaml');
    const data: unknown = parse(readFileSync(path, 'utf8'));
    this.#browsers = patternsOf(data, 'browser');
    this.#systems = patternsOf(data, 'system');
  }

  browser(text: string): AgentPart {
    return firstMatch(this.#browsers, text);
  }

  system(text: string): AgentPart {
    return firstMatch(this.#systems, text);
  }
}

function patternsOf(data: unknown, kind: AgentKind): AgentPattern[] {
  const { list, templates } = KINDS[kind];
  const entries = field(data, list);
  if (!Array.isArray(entries)) throw new Error(`uap-core has no ${list}`);
  return entries.map((entry: unknown) => {
    const flags = textField(entry, 'regex_flag') === 'i' ? '(?i)' : '';
    return {
      regexp: new GoRegexp(flags + (textField(entry, 'regex') ?? '')),
      templates: templates.map((name, index) => textField(entry, name) ?? `$${index + 1}`),
    };
  });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textField(value: unknown, name: string): string | undefined {
  const text = field(value, name);
  return typeof text === 'string' || typeof text === 'number' ? String(text) : undefined;
}

function firstMatch(patterns: readonly AgentPattern[], text: string): AgentPart {
  for (const { regexp, templates } of patterns) {
    const groups = regexp.findGroups(text);
    if (groups === undefined) continue;
    const [family = '', major = '', ...rest] = templates.map((template) =>
      template.replace(/\$([0-9]+)/g, (_, group: string) => groups[Number(group) - 1] ?? ''),
    );
    const minors = rest.map((part) => (part === '' ? '' : `.${part}`)).join('');
    return { family: family === '' ? UNKNOWN.family : family, version: major + minors };
  }
  return UNKNOWN;
}
