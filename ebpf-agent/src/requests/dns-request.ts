import { DNS_LOOKUP_DURATION, DNS_SERVER_DURATION } from '../metrics/definitions.ts';
import { attributesOf } from './attributes.ts';
import { ByteReader } from './byte-reader.ts';
import type { Meaning } from './meaning.ts';
import type { RequestProtocol } from './request-protocol.ts';

/** Types of records that are asked for (IANA); the rest are called `TYPE<number>` (RFC 3597). */
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  43: 'DS',
  48: 'DNSKEY',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
  257: 'CAA',
};

/** What went wrong, by the code of an answer; the rest are called `RCODE<number>`. */
const CODES: Readonly<Record<number, string>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};

const LABELS_MAX = 128;
const LABEL_BYTES_MAX = 63;

/** Type and name of the question: `A example.com`; empty when it is none. */
export function dnsEssence(text: string): string {
  const reader = new ByteReader(text);
  const labels: string[] = [];
  for (let i = 0; i < LABELS_MAX; i++) {
    const length = reader.u8();
    if (length === 0) break;
    if (length > LABEL_BYTES_MAX) return '';
    labels.push(reader.bytes(length).replaceAll(/[^\w-]/g, '?'));
  }
  const type = reader.u16();
  if (reader.isCut) return '';
  const name = labels.join('.').toLowerCase() || '.';
  return `${TYPES[type] ?? `TYPE${type}`} ${name}`;
}

/** As `dnsEssence` gives it. Addresses that a name is looked for are one. */
export function dnsRequest(essence: string): Meaning {
  const [operation = '', name = ''] = essence.split(' ', 2);
  const target = name.replace(/^[\da-f.]+(?=\.(?:in-addr|ip6)\.arpa$)/, '{id}');
  return { operation, target, text: '' };
}

/** DNS, over UDP and TCP. */
export const DNS: RequestProtocol = {
  name: 'dns',
  read: dnsRequest,
  essence: dnsEssence,
  server: DNS_SERVER_DURATION,
  client: DNS_LOOKUP_DURATION,
  unanswered: 'timeout',
  errorType: ({ status }) => (status === 0 ? undefined : (CODES[status] ?? `RCODE${status}`)),
  attributes: ({ meaning: { operation, target } }) =>
    attributesOf({
      'dns.question.name': target || undefined,
      'dns.question.type': operation || undefined,
    }),
  details: () => [],
};
