import { X509Certificate } from 'node:crypto';

/** Certificates of one file; a system's whole bundle has some 150. */
const CERTIFICATES_MAX = 10_000;

/** A line that begins or ends a block, whole or cut (RFC 7468, 3). */
const BOUNDARY = /^-----(?:B|E)/;
const WHOLE_BOUNDARY = /^-----(BEGIN|END) ([^\r\n]+)-----\s*$/;

const LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

/**
 * Reads every certificate of a PEM text. Throws in words when one is cut or none, or when there is
 * none at all: OpenSSL leaves what it cannot read out of a list of authorities without a word, and
 * whoever they vouch for is locked out. Lines outside of blocks are comments, blocks of another kind
 * are left aside.
 */
export function checkAuthorities(pem: string | Buffer): void {
  let count = 0;
  let block: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of pem.toString().split('\n')) {
    if (!BOUNDARY.test(line)) {
      block?.lines.push(line);
      continue;
    }
    const [, kind, label = ''] = WHOLE_BOUNDARY.exec(line) ?? [];
    const isEnd = kind === 'END' && block?.label === label;
    const isBegin = kind === 'BEGIN' && block === undefined;
    if (!isEnd && !isBegin) throw new Error(`certificate ${count + 1} is cut`);
    block?.lines.push(line);
    if (block !== undefined && LABELS.has(label)) {
      count += 1;
      readCertificate(block.lines.join('\n'), count);
    }
    block = isBegin ? { label, lines: [line] } : undefined;
  }
  if (block !== undefined) throw new Error(`certificate ${count + 1} is cut`);
  if (count === 0) throw new Error('there is no certificate');
}

function readCertificate(pem: string, count: number): void {
  if (count > CERTIFICATES_MAX) throw new Error(`more than ${CERTIFICATES_MAX} certificates`);
  try {
    new X509Certificate(pem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`certificate ${count} cannot be read: ${reason}`, { cause: error });
  }
}
