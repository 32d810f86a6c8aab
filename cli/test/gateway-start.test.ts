import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AGENT_ENVIRONMENT,
  AGENT_NODE_ARGS,
  GATEWAY_ENVIRONMENT,
  GATEWAY_NODE_ARGS,
} from '../src/supervise/gateway-start.ts';

const SCRIPT = 'console.log(process.execArgv.length)';
const NAMES = Object.keys({ ...AGENT_ENVIRONMENT, ...GATEWAY_ENVIRONMENT });
/** In place of the bundle: how it was started. */
const STARTED = `
const names = ${JSON.stringify(NAMES)}.filter((name) => process.env[name] !== undefined);
const environment = Object.fromEntries(names.map((name) => [name, process.env[name]]));
console.log(JSON.stringify({ args: process.execArgv, environment }));
`;

describe('the arguments of Node for gateways and agents', () => {
  it.each([
    ['gateways', GATEWAY_NODE_ARGS],
    ['agents', AGENT_NODE_ARGS],
  ])('are known to this Node: of %s', (_, args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '-e', SCRIPT], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // `-e` and the script count as arguments of Node too.
    expect(Number(stdout)).toBe(args.length + 2);
  });

  it('are those, with its environment, that the command starts agents and gateways with, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonde-bin-'));
    try {
      const bin = join(folder, 'bin');
      cpSync(join(import.meta.dirname, '../bin'), bin, { recursive: true });
      writeFileSync(join(bin, 'sonde.mjs'), STARTED);
      symlinkSync(join(bin, 'sonde'), join(folder, 'sonde'));
      const { PATH = '' } = process.env;
      const started = (command: readonly string[], env = {}): unknown => {
        const options = { encoding: 'utf8', env: { PATH, ...env } } as const;
        return JSON.parse(execFileSync(join(folder, 'sonde'), command, options));
      };
      const agent = { args: AGENT_NODE_ARGS, environment: AGENT_ENVIRONMENT };
      expect(started(['agent', '--check'])).toEqual(agent);
      const gateway = { args: GATEWAY_NODE_ARGS, environment: GATEWAY_ENVIRONMENT };
      expect(started(['gateway', '--config', 'a.yaml'])).toEqual(gateway);
      expect(started(['process', '--config', 'a.yaml'])).toEqual(gateway);
      expect(started(['up'])).toEqual({ args: [], environment: {} });
      const own = { MALLOC_ARENA_MAX: '3' };
      expect(started(['agent'], own)).toMatchObject({ environment: own });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are what the README tells people to write', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    for (const [role, args, environment] of [
      ['gateway', GATEWAY_NODE_ARGS, GATEWAY_ENVIRONMENT],
      ['agent', AGENT_NODE_ARGS, AGENT_ENVIRONMENT],
    ] as const) {
      const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const line = [...words, 'node', ...args, 'cli/dist/sonde.js', role];
      expect(readme).toContain(line.join(' '));
    }
  });
});
