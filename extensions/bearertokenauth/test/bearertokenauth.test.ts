import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthEvents } from '@sonde/pipeline';
import { contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BearerTokenAuth,
  BearerTokenAuthConfigSchema,
  bearerTokenAuthFactory,
} from '../src/index.ts';

let folder: string;
let logger: RecordingLogger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bearertokenauth-'));
  logger = new RecordingLogger();
});

afterEach(() => rm(folder, { recursive: true }));

async function started(raw: unknown): Promise<BearerTokenAuth> {
  const config = BearerTokenAuthConfigSchema.parse(raw);
  const auth = new BearerTokenAuth(config, new AuthEvents('bearertokenauth', logger));
  await auth.start();
  return auth;
}

const PEER = '127.0.0.1';

describe('bearertokenauth', () => {
  it.each([
    [{ token: 'one' }, { authorization: 'Bearer one' }],
    [{ tokens: ['one', 'two'] }, { authorization: 'Bearer two' }],
    [{ token: 'one', scheme: 'Key' }, { authorization: 'Key one' }],
    [{ token: 'one', scheme: '', header: 'X-Api-Key' }, { 'x-api-key': 'one' }],
  ])('with %j lets %j in', async (raw, headers) => {
    const auth = await started(raw);
    expect(await auth.authenticate({ headers, peer: PEER })).toEqual({ tenant: 'default' });
  });

  it.each([
    [{}, 'missing or empty authorization header: authorization'],
    [{ authorization: '' }, 'missing or empty authorization header: authorization'],
    [{ authorization: 'one' }, 'provided authorization does not match expected scheme or token'],
    [{ authorization: 'Bearer On' }, 'provided authorization does not match'],
    [{ authorization: 'bearer one' }, 'provided authorization does not match'],
  ])('refuses %j', async (headers, text) => {
    const auth = await started({ token: 'one' });
    const refused = auth.authenticate({ headers, peer: PEER });
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refused).rejects.toThrow(text);
  });

  it('shows its own token to others', async () => {
    const auth = await started({ tokens: ['one', 'two'] });
    expect(await auth.requestHeaders()).toEqual({ authorization: 'Bearer one' });
  });

  it('takes the tokens of a file instead, and says so', async () => {
    const filename = join(folder, 'tokens');
    await writeFile(filename, 'from-file\n\nother\n');
    const auth = await started({ token: 'ignored', filename });
    expect(await auth.requestHeaders()).toEqual({ authorization: 'Bearer from-file' });
    await auth.authenticate({ headers: { authorization: 'Bearer other' }, peer: PEER });
    await expect(
      auth.authenticate({ headers: { authorization: 'Bearer ignored' }, peer: PEER }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const config = BearerTokenAuthConfigSchema.parse({ token: 'ignored', filename });
    bearerTokenAuthFactory.create(contractSettings('bearertokenauth', logger), config);
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'a filename is specified. Configured token(s) is ignored!',
    });
  });

  it('does not start without its file, or with an empty one', async () => {
    const filename = join(folder, 'tokens');
    await expect(started({ filename })).rejects.toThrow('ENOENT');
    await writeFile(filename, '\n');
    await expect(started({ filename })).rejects.toThrow('the file has no token');
  });

  it.each([
    [null, 'no bearer token provided'],
    [{ token: 'a', tokens: ['b'] }, 'either tokens or token should be provided, not both'],
    [{ tokens: [''] }, 'a token must not be empty'],
    [{ token: 'a', header: 'not a name' }, 'header must be the name of a header'],
  ])('refuses the configuration %j', (raw, text) => {
    const { error } = BearerTokenAuthConfigSchema.safeParse(raw);
    expect(error?.issues.map(({ message }) => message).join()).toContain(text);
  });
});
