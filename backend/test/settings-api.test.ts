import { DEFAULT_SETTINGS } from '@sonde/pipeline/settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsDocumentSchema, SettingsVersionsSchema } from '../src/api/settings/schema.ts';
import { type RunningBackend, rawRequest, runBackend } from './backend-fixture.ts';

let running: RunningBackend;

beforeEach(async () => {
  running = await runBackend();
});
afterEach(() => running.close());

const settingsUrl = (): string => `${running.url}/api/v1/settings`;

function put(document: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(settingsUrl(), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof document === 'string' ? document : JSON.stringify(document),
  });
}

const withLogs = (version: number, logsDays: number) => ({
  ...DEFAULT_SETTINGS,
  version,
  retention: { ...DEFAULT_SETTINGS.retention, logsDays },
});

describe('the settings', () => {
  it('are the defaults at first, and 304 for those who have them', async () => {
    const first = await fetch(settingsUrl());
    expect(await first.json()).toEqual(DEFAULT_SETTINGS);
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(settingsUrl(), { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    await put(withLogs(0, 3));
    const changed = await fetch(settingsUrl(), { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('become the next version, with who changed them and when', async () => {
    const before = Date.now();
    const changed = SettingsDocumentSchema.parse(await (await put(withLogs(0, 3))).json());
    expect(changed).toEqual(withLogs(1, 3));
    const list = await fetch(`${settingsUrl()}/versions`);
    const { versions } = SettingsVersionsSchema.parse(await list.json());
    expect(versions.map(({ version }) => version)).toEqual([1, 0]);
    expect(versions[0]?.actor).toBe('local (127.0.0.1)');
    expect(versions[0]?.createdMs).toBeGreaterThanOrEqual(before);
  });

  it('can be sent in chunks, of a length that is not said before', async () => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const body = JSON.stringify(withLogs(0, 6));
    const answer = await rawRequest(settingsUrl(), { method: 'PUT', headers, body });
    expect([answer.status, answer.body.toString()]).toEqual([200, JSON.stringify(withLogs(1, 6))]);
  });

  it('are there in every version for ever', async () => {
    await put(withLogs(0, 3));
    await put(withLogs(1, 5));
    const old = await fetch(`${settingsUrl()}/versions/1`);
    expect(await old.json()).toEqual(withLogs(1, 3));
    expect(old.headers.get('cache-control')).toContain('immutable');
    expect(await (await fetch(`${settingsUrl()}/versions/0`)).json()).toEqual(DEFAULT_SETTINGS);
    const unknown = await fetch(`${settingsUrl()}/versions/3`);
    expect(unknown.status).toBe(404);
  });

  it('are not overwritten unseen: the second of two changes to one version is refused', async () => {
    const answers = await Promise.all([put(withLogs(0, 3)), put(withLogs(0, 5))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(await refused?.json()).toMatchObject({
      error: { code: 'VERSION_CONFLICT', hint: expect.stringContaining('newest version') },
    });
  });

  it.each([
    ['a value out of range', withLogs(0, 0), '`retention.logsDays`'],
    ['an unknown section', { ...withLogs(0, 3), retentoin: {} }, 'unknown: `retentoin`'],
    ['an unknown field', { version: 0, retention: { logDays: 3 } }, 'unknown: `logDays`'],
    [
      'an auxiliary rule that cannot be read',
      { ...withLogs(0, 3), auxiliary: { rules: ['name~/ping', 'name~'] } },
      '`auxiliary.rules.1` `name~` at character 6',
    ],
    [
      'a rule without a condition',
      { version: 0, retention: { rules: [{ name: 'all', signal: 'traces', days: 3 }] } },
      'the rule "all" has no condition and would hold for all traces: give it a tenant, namespace or service',
    ],
    ['no version', { retention: {} }, '`version`'],
    ['no JSON', '{"version":', 'Malformed JSON'],
  ])('refuse %s in words', async (_name, document, words) => {
    const response = await put(document);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'BAD_REQUEST', message: expect.stringContaining(words) },
    });
    expect(await (await fetch(settingsUrl())).json()).toEqual(DEFAULT_SETTINGS);
  });

  it('are not taken from a form of a foreign page', async () => {
    const response = await put(withLogs(0, 3), { 'content-type': 'text/plain' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await (await fetch(settingsUrl())).json()).toEqual(DEFAULT_SETTINGS);
  });
});
