import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../src/commands/commands.ts';
import { formatComponents } from '../src/commands/components.ts';
import { loadComponents } from '../src/components.ts';
import { projectRoot } from '../src/project-root.ts';

const COMPONENTS = await loadComponents();

const folder = mkdtempSync(join(tmpdir(), 'sonde-commands-'));

afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command, as `npm test` has it. */
function sonde(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const main = join(projectRoot(), 'cli/dist/sonde.js');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

function file(name: string, yaml: string): string {
  const path = join(folder, name);
  writeFileSync(path, yaml);
  return path;
}

const GOOD = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:\${env:PORT}"}}}}
exporters:
  nop:
  clickhouse:
    endpoint: http://reader:hush1@127.0.0.1:8123
    password: \${env:PASSWORD}
extensions:
  basicauth/client: {client_auth: {username: me, password: hush2}}
  basicauth/server: {htpasswd: {inline: "me:hush3"}}
  ingest_tokens: {tokens: [{token: hush4, tenant: a}]}
service:
  telemetry:
    metrics: {readers: [{periodic: {exporter: {otlp:
      {endpoint: "http://x", headers: [{name: api-key, value: hush5}]}}}}]}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
`;

describe('the command', () => {
  it('validates in silence', async () => {
    const path = file('good.yaml', GOOD);
    const outcome = await sonde(['validate', '--config', path], { PORT: '1', PASSWORD: 'x' });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each([
    [['validate'], 'Error: at least one config flag must be provided\n'],
    [['validate', '--confi', 'x'], 'Error: unknown flag: --confi\n'],
    [['validate', 'x'], 'Error: accepts 0 arg(s), received 1\n'],
    [['validate', '--config'], 'Error: flag needs an argument: --config\n'],
    [['bogus'], 'Error: unknown command "bogus" for "sonde"\nRun \'sonde --help\' for usage.\n'],
    [['featuregate', 'nope'], 'Error: feature "nope" not found\n'],
    [['print-config', '--format=xml'], 'Error: unrecognized print format: xml\n'],
    [['print-config', '--mode=x'], 'Error: invalid mode "x": modes are: redacted, unredacted\n'],
    [
      ['--config', '/no/such.yaml'],
      'Error: failed to get config: cannot resolve the configuration: cannot retrieve the ' +
        'configuration: unable to read the file file:/no/such.yaml: open /no/such.yaml: ' +
        'no such file or directory\n',
    ],
  ])('says what is wrong with %j as the Collector does', async (args, stderr) => {
    expect(await sonde(args)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each(COMMANDS.map(({ name }) => name))('says what %s takes', async (name) => {
    const outcome = await sonde([name, '--help']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain(`\nUsage: sonde ${name} [FLAGS]`);
    expect(outcome.stdout).toContain('--help');
    expect(await sonde(['help', name])).toEqual(outcome);
  });

  it('says where serve answers, to who started it by hand', async () => {
    const root = projectRoot();
    const sets = ['listen=127.0.0.1:0', `state.path=${join(folder, 'state.db')}`].flatMap((set) => [
      '--set',
      set,
    ]);
    const config = join(root, 'deploy/config/serve.yaml');
    const args = [join(root, 'cli/dist/sonde.js'), 'serve', '--config', config, ...sets];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const url = /^The page and the API \(\/api\/docs\) at (http:\S+)\n$/.exec(String(line))?.[1];
    const response = await fetch(`${url}/api/v1/openapi.json`);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(response.status).toBe(200);
  });

  it('says of a flag what it does, whether it repeats and its default', async () => {
    const { stdout } = await sonde(['print-config', '--config', 'x', '-h']);
    expect(stdout).toMatch(/--config FILE .*\(may be repeated\)/);
    expect(stdout).toMatch(/--format FORMAT +yaml or json \(default yaml\)/);
    expect(stdout).toContain('Also called print-initial-config.');
    expect((await sonde(['up', '--help'])).stdout).toContain('otlp-http');
  });

  it('prints the configuration merged and expanded, without its secrets', async () => {
    const args = ['print-config', '--config', file('good.yaml', GOOD), '--set'];
    const set = 'exporters.clickhouse.database=other';
    const outcome = await sonde([...args, set], { PORT: '4318', PASSWORD: '0123' });
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).not.toMatch(/hush|0123/);
    expect(parse(outcome.stdout)).toMatchObject({
      receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:4318' } } } },
      exporters: {
        nop: null,
        clickhouse: {
          database: 'other',
          endpoint: 'http://reader:[REDACTED]@127.0.0.1:8123',
          password: '[REDACTED]',
        },
      },
      extensions: {
        'basicauth/client': { client_auth: { username: 'me', password: '[REDACTED]' } },
        'basicauth/server': { htpasswd: { inline: '[REDACTED]' } },
        ingest_tokens: { tokens: [{ token: '[REDACTED]', tenant: 'a' }] },
      },
    });
    const open = await sonde([...args, set, '--mode', 'unredacted', '--format', 'json'], {
      PORT: '4318',
      PASSWORD: '0123',
    });
    expect(JSON.parse(open.stdout)).toMatchObject({
      exporters: { clickhouse: { password: '0123' } },
      extensions: { 'basicauth/server': { htpasswd: { inline: 'me:hush3' } } },
    });
  });

  it('prints no configuration that is bad, unless it is told to', async () => {
    const path = file('bad.yaml', 'receivers: {nope: }');
    expect((await sonde(['print-config', '--config', path])).code).toBe(1);
    const outcome = await sonde(['print-config', '--config', path, '--validate=false']);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('nope: null') });
  });

  it('lists components in the layout of the Collector', () => {
    const listed: unknown = parse(formatComponents(COMPONENTS));
    expect(listed).toMatchObject({
      buildinfo: { command: 'sonde', version: expect.any(String) },
      connectors: [
        { name: 'count', stability: { 'traces-to-metrics': expect.any(String) } },
        { name: 'forward', stability: { 'traces-to-traces': 'Beta' } },
        { name: 'routing', stability: { 'traces-to-traces': expect.any(String) } },
        { name: 'service_graph', stability: { 'traces-to-metrics': 'Alpha' } },
        { name: 'span_metrics', stability: { 'traces-to-metrics': 'Alpha' } },
      ],
      providers: expect.arrayContaining([expect.objectContaining({ scheme: 'https' })]),
    });
    expect(Object.keys(Object(listed))).toEqual([
      'buildinfo',
      'receivers',
      'processors',
      'exporters',
      'connectors',
      'extensions',
      'providers',
    ]);
    expect(listed).toMatchObject({
      receivers: expect.arrayContaining([
        expect.objectContaining({
          name: 'otlp',
          stability: expect.objectContaining({ traces: 'Stable' }),
        }),
      ]),
    });
  });

  it('lists feature gates as a table', async () => {
    const { stdout } = await sonde(['featuregate']);
    expect(stdout.split('\n')[0]).toMatch(/^ID +Enabled {2}Stage {2}Description$/);
  });
});
