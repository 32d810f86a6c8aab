import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { clientTls, loadClientTls } from '../src/clients/index.ts';

const [one = '', two = ''] = rootCertificates;

describe('the authorities of a client', () => {
  it('are taken whole: comments between them and blocks of other kinds do not matter', async () => {
    const key = '-----BEGIN PUBLIC KEY-----\nabcd\n-----END PUBLIC KEY-----';
    const ca_pem = `# ours\r\n${one.replaceAll('\n', '\r\n')}\n-- and --\n${key}\n${two}\n`;
    const { ca } = await loadClientTls(clientTls().parse({ ca_pem }));
    expect(ca).toEqual([ca_pem]);
  });

  it.each([
    ['nothing', '', 'there is no certificate'],
    ['garbage', 'garbage', 'there is no certificate'],
    ['half of one', one.slice(0, 200), 'certificate 1 is cut'],
    ['no beginning', one.slice(30), 'certificate 1 is cut'],
    ['one and a half', `${one}\n${two.slice(0, -40)}`, 'certificate 2 is cut'],
    ['one begun in another', `${one.slice(0, 200)}\n${two}`, 'certificate 1 is cut'],
    ['other bytes', one.replace(/^MII/m, 'AAA'), 'certificate 1 cannot be read: '],
  ])('are refused when they are %s', async (_name, ca_pem, words) => {
    const loading = loadClientTls(clientTls().parse({ ca_pem }));
    const text = `failed to load TLS config: failed to parse CA ca_pem: ${words}`;
    await expect(loading).rejects.toThrow(text);
  });
});
