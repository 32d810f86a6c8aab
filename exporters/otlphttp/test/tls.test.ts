import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import { afterAll, describe, expect, it } from 'vitest';
import { Backend } from './backend.ts';
import { DIRECT, exporting } from './exporting.ts';

const folder = mkdtempSync(join(tmpdir(), 'sonde-otlphttp-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=backend', '-addext', 'subjectAltName=DNS:backend.test', '-days', '2'],
    ...['-keyout', keyFile, '-out', certFile],
  ],
  { stdio: 'ignore' },
);

const TRACES = telemetryOf('traces', requestBytes('traces'));

async function tlsBackend(): Promise<{ backend: Backend; endpoint: string }> {
  const backend = new Backend({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
  return { backend, endpoint: `https://${await backend.listen()}` };
}

describe('TLS', () => {
  it('trusts the authority that is named, for the name that is expected', async () => {
    const { backend, endpoint } = await tlsBackend();
    for (const ca of [{ ca_file: certFile }, { ca_pem: readFileSync(certFile, 'utf8') }]) {
      const tls = { ...ca, server_name_override: 'backend.test' };
      const { exporter } = await exporting({ endpoint, tls, ...DIRECT });
      await exporter.consume(TRACES);
    }
    expect(backend.received).toHaveLength(2);
  });

  it('trusts nobody else, unless it is told to', async () => {
    const { backend, endpoint } = await tlsBackend();
    for (const tls of [{}, { ca_file: certFile }]) {
      const { exporter } = await exporting({ endpoint, tls, ...DIRECT });
      await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(backend.received).toHaveLength(0);
    const { exporter } = await exporting({
      endpoint,
      tls: { insecure_skip_verify: true },
      ...DIRECT,
    });
    await exporter.consume(TRACES);
    expect(backend.received).toHaveLength(1);
  });

  it('does not start without the files that it names', async () => {
    await expect(
      exporting({ endpoint: 'https://127.0.0.1:1', tls: { ca_file: '/nowhere' } }),
    ).rejects.toThrow('failed to load TLS config: failed to load CA CertPool: ENOENT');
  });
});
