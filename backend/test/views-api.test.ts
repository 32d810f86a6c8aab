import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SavedViewSchema, ViewsSchema } from '../src/api/views/schema.ts';
import { SqliteStateStore, TooManyViews } from '../src/state/index.ts';
import { type RunningBackend, runBackend } from './backend-fixture.ts';

let running: RunningBackend;

beforeEach(async () => {
  running = await runBackend();
});
afterEach(() => running.close());

function post(body: object): Promise<Response> {
  return fetch(`${running.url}/api/v1/views`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const keep = async (body: object) => SavedViewSchema.parse(await (await post(body)).json());
const names = async (): Promise<(string | null)[]> => {
  const answer = await fetch(`${running.url}/api/v1/views`);
  return ViewsSchema.parse(await answer.json()).views.map(({ name }) => name);
};
const follow = (id: string): Promise<Response> =>
  fetch(`${running.url}/v/${id}`, { redirect: 'manual' });

describe('saved views', () => {
  it('are listed by name, replaced under it, and forgotten', async () => {
    await keep({ name: 'slow', address: '/traces?where=duration%3E1s' });
    await keep({ name: ' errors ', address: '/logs?q=level%3Aerror' });
    const slow = await keep({ name: 'slow', address: '/traces?where=duration%3E2s' });
    expect(await names()).toEqual(['errors', 'slow']);
    expect(slow.actor).toContain('127.0.0.1');
    const gone = await fetch(`${running.url}/api/v1/views/${slow.id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect(await names()).toEqual(['errors']);
    const again = await fetch(`${running.url}/api/v1/views/${slow.id}`, { method: 'DELETE' });
    expect(again.status).toBe(404);
  });

  it('have short links, with a name or without', async () => {
    const address = '/logs?q=timeout&range=3h';
    const link = await keep({ address });
    expect(link.id).toMatch(/^[0-9A-Za-z]{10}$/);
    expect((await keep({ address })).id).toBe(link.id);
    expect(await names()).toEqual([]);
    const answer = await follow(link.id);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, address]);
    const named = await keep({ name: 'timeouts', address });
    expect((await follow(named.id)).headers.get('location')).toBe(address);
    expect((await follow('nothing')).status).toBe(404);
  });

  it('never lead to another host', async () => {
    const elsewhere = [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'logs',
      '/a\nb',
      '',
    ];
    for (const address of elsewhere)
      expect([address, (await post({ address })).status]).toEqual([address, 400]);
    expect((await post({ name: '', address: '/logs' })).status).toBe(400);
    expect((await post({ address: `/logs?q=${'x'.repeat(9000)}` })).status).toBe(400);
  });
});

describe('the state of views', () => {
  it('survives a reopening, knows its tenants apart, and has a limit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonde-views-'));
    const path = join(folder, 'state.db');
    const by = { actor: 'ann', nowMs: 5 };
    const first = new SqliteStateStore({ path });
    const { id } = await first.views.keep({ tenant: 'a', name: 'x', address: '/logs' }, by);
    await first.views.keep({ tenant: 'b', name: 'x', address: '/map' }, by);
    await first.close();
    const store = new SqliteStateStore({ path });
    expect(await store.views.view('a', id)).toMatchObject({ address: '/logs', actor: 'ann' });
    expect(await store.views.view('b', id)).toBeUndefined();
    expect(await store.views.remove('b', id)).toBe(false);
    for (let i = 1; i < 500; i++) {
      await store.views.keep({ tenant: 'a', name: `view ${i}`, address: '/logs' }, by);
    }
    const more = store.views.keep({ tenant: 'a', name: 'one more', address: '/logs' }, by);
    await expect(more).rejects.toThrow(TooManyViews);
    // One that is replaced takes no room.
    await store.views.keep({ tenant: 'a', name: 'x', address: '/traces' }, by);
    expect(await store.views.named('a')).toHaveLength(500);
    await store.close();
    rmSync(folder, { recursive: true });
  });
});
