import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { HttpGet } from '../src/scrape/http-get.ts';

const folder = mkdtempSync(join(tmpdir(), 'sonde-scrape-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [keyFile, certFile, cutFile] = ['key.pem', 'cert.pem', 'cut.pem'].map((name) =>
  join(folder, name),
);
if (keyFile === undefined || certFile === undefined || cutFile === undefined) throw new Error();
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=target', '-addext', 'subjectAltName=DNS:target.test', '-days', '2'],
    ...['-keyout', keyFile, '-out', certFile],
  ],
  { stdio: 'ignore' },
);
const certificate = readFileSync(certFile, 'utf8');
writeFileSync(cutFile, certificate.slice(0, -30));

async function target(): Promise<URL> {
  const server = createServer({ key: readFileSync(keyFile ?? ''), cert: certificate });
  server.on('request', (_request, response) => response.end('up 1\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`https://127.0.0.1:${Reflect.get(Object(server.address()), 'port')}/metrics`);
}

async function scrape(url: URL, tls: object): Promise<string> {
  const client = new HttpGet({
    basicAuth: undefined,
    authorization: undefined,
    followRedirects: true,
    proxyUrl: '',
    headers: {},
    tls: {
      ...{ ca_file: '', cert_file: '', key_file: '', server_name: 'target.test' },
      insecure_skip_verify: false,
      ...tls,
    },
  });
  onTestFinished(() => client.close());
  const signal = AbortSignal.timeout(5000);
  const { body } = await client.get(url, { headers: {}, bytesMax: 1000, signal });
  return body.toString();
}

describe('a target behind TLS', () => {
  it('is trusted by its authority, from a file or the configuration', async () => {
    const url = await target();
    expect(await scrape(url, { ca_file: certFile })).toBe('up 1\n');
    expect(await scrape(url, { ca: certificate })).toBe('up 1\n');
    expect(await scrape(url, { insecure_skip_verify: true, server_name: '' })).toBe('up 1\n');
  });

  it('is not trusted without', async () => {
    const url = await target();
    await expect(scrape(url, {})).rejects.toThrow('self-signed certificate');
    await expect(scrape(url, { ca_file: certFile, server_name: '' })).rejects.toThrow('altnames');
  });

  it('says which file of authorities is cut or missing', async () => {
    const url = await target();
    await expect(scrape(url, { ca_file: cutFile })).rejects.toThrow(
      `failed to parse CA ${cutFile}`,
    );
    await expect(scrape(url, { ca_file: join(folder, 'none') })).rejects.toThrow(
      'failed to load CA CertPool',
    );
  });
});
