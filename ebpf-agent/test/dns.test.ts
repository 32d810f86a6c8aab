import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsEssence, dnsRequest } from '../src/requests/dns-request.ts';

function question(name: string, type: number): string {
  const labels = name.split('.').map((label) => String.fromCharCode(label.length) + label);
  return `${labels.join('')}\0\0${String.fromCharCode(type)}\0\x01`;
}

describe('questions of DNS', () => {
  it('have a type and a name', () => {
    expect(dnsRequest(dnsEssence(question('Shop.example', 28)))).toEqual({
      operation: 'AAAA',
      target: 'shop.example',
      text: '',
    });
    expect(dnsEssence(question('a', 99))).toBe('TYPE99 a');
  });

  it('for the name of an address are one', () => {
    const asked = (name: string): string => dnsRequest(dnsEssence(question(name, 12))).target;
    expect(asked('4.3.2.1.in-addr.arpa')).toBe('{id}.in-addr.arpa');
    expect(asked('f.e.0.1.ip6.arpa')).toBe('{id}.ip6.arpa');
  });

  it('are nothing where they are cut or none', () => {
    expect(dnsEssence(question('shop.example', 1).slice(0, 9))).toBe('');
    expect(dnsEssence('\xff\xff')).toBe('');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        expect(dnsEssence(Buffer.from(bytes).toString('latin1'))).toMatch(/^[\w .?-]*$/);
      }),
    );
  });
});
