import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthEvents } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BasicAuthConfigSchema,
  BasicClientAuth,
  BasicServerAuth,
  matchesHash,
} from '../src/index.ts';

// The first three are Apache's own examples (Password Formats).
const HASHES = [
  ['bcrypt', '$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC', 'myPassword'],
  ['apr1', '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/', 'myPassword'],
  ['SHA', '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', 'myPassword'],
  ['SSHA', '{SSHA}kL3+/tIbZ86DOhMac+F4u8lG275zYWx0', 'myPassword'],
  ['plain text', 'myPassword', 'myPassword'],
] as const;

let folder: string;
let logger: RecordingLogger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basicauth-'));
  logger = new RecordingLogger();
});

afterEach(() => rm(folder, { recursive: true }));

async function server(htpasswd: Record<string, string>): Promise<BasicServerAuth> {
  const config = BasicAuthConfigSchema.parse({ htpasswd }).htpasswd;
  if (config === undefined) throw new Error('no htpasswd');
  const auth = new BasicServerAuth(config, new AuthEvents('basicauth', logger));
  await auth.start();
  return auth;
}

async function client(clientAuth: Record<string, string>): Promise<BasicClientAuth> {
  const config = BasicAuthConfigSchema.parse({ client_auth: clientAuth }).clientAuth;
  if (config === undefined) throw new Error('no client_auth');
  const auth = new BasicClientAuth(config, new AuthEvents('basicauth', logger));
  await auth.start();
  return auth;
}

function basic(pair: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

describe('the server side of basicauth', () => {
  it.each(HASHES)('knows passwords as %s', async (_name, hash, password) => {
    expect(await matchesHash(password, hash)).toBe(true);
    expect(await matchesHash(`${password}x`, hash)).toBe(false);
    expect(await matchesHash('', hash)).toBe(false);
  });

  it('lets in who is in the file or the text, the text first', async () => {
    const file = join(folder, 'htpasswd');
    await writeFile(file, '# people\nshop:from-file\nfile-only:x:y\n');
    const auth = await server({ file, inline: 'shop:from-text' });
    const sender = (username: string) => ({
      tenant: 'default',
      attributes: new Map([['username', username]]),
    });
    const peer = '127.0.0.1';
    expect(await auth.authenticate({ headers: basic('shop:from-text'), peer })).toEqual(
      sender('shop'),
    );
    expect(await auth.authenticate({ headers: basic('file-only:x:y'), peer })).toEqual(
      sender('file-only'),
    );
    await expect(
      auth.authenticate({ headers: basic('shop:from-file'), peer }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'invalid credentials' });
  });

  it.each([
    [{}, 'no basic auth provided'],
    [{ authorization: 'Bearer x' }, 'invalid authorization header'],
    [{ authorization: 'Basic bm8tY29sb24=' }, 'invalid authorization header'],
    [basic('nobody:x'), 'invalid credentials'],
    [basic('shop:'), 'invalid credentials'],
  ])('refuses %j', async (headers, message) => {
    const auth = await server({ inline: 'shop:secret' });
    const refused = auth.authenticate({ headers, peer: '::1' });
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message });
    expect(JSON.stringify(logger.lines)).not.toContain('secret');
  });

  it('asks for bcrypt once and not for every request', async () => {
    const auth = await server({ inline: `shop:${HASHES[0][1]}` });
    const request = { headers: basic('shop:myPassword'), peer: '::1' };
    await auth.authenticate(request);
    const before = process.cpuUsage();
    for (let count = 0; count < 500; count += 1) await auth.authenticate(request);
    // 500 checks of this hash take more than a second.
    expect(process.cpuUsage(before).user).toBeLessThan(700_000);
    await expect(
      auth.authenticate({ headers: basic('shop:other'), peer: '::1' }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('does not start with a file that is missing or makes no sense', async () => {
    await expect(server({ file: join(folder, 'none') })).rejects.toThrow('ENOENT');
    const file = join(folder, 'bad');
    await writeFile(file, 'shop:x\nsecret-without-colon\n');
    await expect(server({ file })).rejects.toThrow('htpasswd line 2: write user:password');
  });
});

describe('the client side of basicauth', () => {
  it('makes the header', async () => {
    const auth = await client({ username: 'shop', password: 'pässword:1' });
    expect(await auth.requestHeaders()).toEqual(basic('shop:pässword:1'));
  });

  it('reads user and password from files', async () => {
    const username_file = join(folder, 'user');
    const password_file = join(folder, 'password');
    await writeFile(username_file, 'shop\n');
    await writeFile(password_file, 'one\n');
    await utimes(password_file, 1, 1);
    const auth = await client({ username_file, password_file });
    expect(await auth.requestHeaders()).toEqual(basic('shop:one'));
  });
});

describe('the configuration of basicauth', () => {
  it.each([
    [{}, 'no credential source provided'],
    [{ htpasswd: {} }, 'no credential source provided'],
    [{ client_auth: {} }, 'no username provided'],
    [
      { htpasswd: { inline: 'a:b' }, client_auth: { username: 'a' } },
      'only one of `htpasswd` and `client_auth` can be specified',
    ],
  ])('refuses %j', (raw, text) => {
    const { error } = BasicAuthConfigSchema.safeParse(raw);
    expect(error?.issues.map(({ message }) => message).join()).toContain(text);
  });

  it('never shows a secret', () => {
    const config = BasicAuthConfigSchema.parse({
      client_auth: { username: 'a', password: 'hush' },
    });
    expect(JSON.stringify(config)).not.toContain('hush');
  });
});
