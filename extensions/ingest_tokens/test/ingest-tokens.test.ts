import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IngestTokens, IngestTokensConfigSchema, TokenEvents } from '../src/index.ts';

const TOKEN = 'tok-3c1f9a-shop';

let folder: string;
let clockMs: number;
let logger: RecordingLogger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-tokens-'));
  clockMs = 0;
  logger = new RecordingLogger();
});

afterEach(() => rm(folder, { recursive: true }));

async function started(raw: unknown): Promise<IngestTokens> {
  const extension = new IngestTokens({
    config: IngestTokensConfigSchema.parse(raw),
    events: new TokenEvents('ingest_tokens', logger),
    now: () => clockMs,
  });
  await extension.start();
  return extension;
}

function tenant(extension: IngestTokens, headers: Record<string, string>): Promise<string> {
  return extension.authenticate({ headers, peer: '127.0.0.1' }).then((sender) => sender.tenant);
}

describe('ingest_tokens', () => {
  it.each([
    [{ authorization: `Bearer ${TOKEN}` }],
    [{ authorization: `bearer  ${TOKEN} ` }],
    [{ 'x-sonde-token': TOKEN }],
    [{ authorization: 'Basic abc', 'x-sonde-token': TOKEN }],
  ])('names the tenant of %j', async (headers) => {
    const extension = await started({ tokens: [{ token: TOKEN, tenant: 'shop' }] });
    expect(await tenant(extension, headers)).toBe('shop');
  });

  it.each([
    [{}],
    [{ authorization: TOKEN }],
    [{ authorization: `Bearer ${TOKEN}x` }],
    [{ 'x-sonde-token': '' }],
    [{ 'x-sonde-tenant': 'shop' }],
  ])('refuses %j', async (headers) => {
    const extension = await started({ tokens: [{ token: TOKEN, tenant: 'shop' }] });
    await expect(tenant(extension, headers)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('reads the file again when it has changed, and refuses what was taken out', async () => {
    const file = join(folder, 'tokens');
    await writeFile(file, `# ours\n${TOKEN} shop\n\nother-token other\n`);
    const extension = await started({ file });
    expect(await tenant(extension, { 'x-sonde-token': 'other-token' })).toBe('other');
    await writeFile(file, `${TOKEN} shop-2\n`);
    await utimes(file, 1, 1);
    clockMs += 1000;
    expect(await tenant(extension, { 'x-sonde-token': TOKEN })).toBe('shop-2');
    await expect(tenant(extension, { 'x-sonde-token': 'other-token' })).rejects.toThrow(
      'unknown ingest token',
    );
  });

  it('looks at the file no more than once a second', async () => {
    const file = join(folder, 'tokens');
    await writeFile(file, `${TOKEN} shop\n`);
    const extension = await started({ file });
    await writeFile(file, `${TOKEN} another\n`);
    clockMs += 999;
    expect(await tenant(extension, { 'x-sonde-token': TOKEN })).toBe('shop');
  });

  it('keeps the tokens it has when the file breaks, and says so once', async () => {
    const file = join(folder, 'tokens');
    await writeFile(file, `${TOKEN} shop\n`);
    const extension = await started({ file });
    await writeFile(file, `${TOKEN} shop too many words\n`);
    for (let second = 0; second < 3; second += 1) {
      clockMs += 1000;
      expect(await tenant(extension, { 'x-sonde-token': TOKEN })).toBe('shop');
    }
    const errors = logger.lines.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.fields['error']).toBe('line 1: write "token tenant"');
  });

  it('does not start without its file', async () => {
    await expect(started({ file: join(folder, 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('never shows a token: not in lines, errors or a printed configuration', async () => {
    const config = IngestTokensConfigSchema.parse({ tokens: [{ token: TOKEN, tenant: 'shop' }] });
    const extension = await started({ tokens: [{ token: TOKEN, tenant: 'shop' }] });
    const failure = await tenant(extension, { 'x-sonde-token': `${TOKEN}-wrong` }).catch(String);
    const shown = [JSON.stringify(config), inspect(config), inspect(extension), failure];
    expect([...shown, JSON.stringify(logger.lines)].join('\n')).not.toContain(TOKEN);
    expect(JSON.stringify(config)).toContain('[REDACTED]');
  });

  it.each([
    [{ tokens: [{ token: '', tenant: 'shop' }] }, 'token must not be empty'],
    [{ tokens: [{ token: 'x', tenant: 'a b' }] }, 'tenant must be letters'],
    [{ tokens: [{ token: 'x', tenant: '' }] }, 'tenant must be letters'],
    [{}, 'requires "tokens" or "file"'],
  ])('refuses the configuration %j', (raw, text) => {
    const { error } = IngestTokensConfigSchema.safeParse(raw);
    expect(error?.issues.map(({ message }) => message).join()).toContain(text);
  });
});
