import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes certificates; a tool of every Linux. */
const OPENSSL = 'openssl';

export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'sonde-otlp-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** A certificate for 127.0.0.1 that is its own authority, or one that `authority` signed. */
export function makePair(directory: string, name: string, authority?: Pair): Pair {
  const certFile = path.join(directory, `${name}.crt`);
  const keyFile = path.join(directory, `${name}.key`);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const signer =
    authority === undefined ? [] : ['-CA', authority.certFile, '-CAkey', authority.keyFile];
  const files = ['-keyout', keyFile, '-out', certFile];
  execFileSync(OPENSSL, ['req', ...how, ...subject, ...signer, ...files], { stdio: 'ignore' });
  return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
}
