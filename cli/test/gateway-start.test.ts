import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '../src/supervise/gateway-start.ts';

describe('the arguments of Node for gateways', () => {
  it('are known to this Node', () => {
    const script = 'console.log(process.execArgv.length)';
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...GATEWAY_NODE_ARGS, '-e', script],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // `-e` and the script count as arguments of Node too.
    expect(Number(stdout)).toBe(GATEWAY_NODE_ARGS.length + 2);
  });

  it('are what the README tells people to write', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const environment = Object.entries(GATEWAY_ENVIRONMENT).map(
      ([name, value]) => `${name}=${value}`,
    );
    expect(readme).toContain(environment.join(' '));
    expect(readme).toContain(`node ${GATEWAY_NODE_ARGS.join(' ')} cli/dist/sonde.js gateway`);
  });
});
