import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Protocol } from '../src/records/layout.ts';
import { httpHost, httpRequest } from '../src/requests/http-request.ts';
import { Meanings } from '../src/requests/meanings.ts';
import { postgresqlRequest, statementName } from '../src/requests/postgresql-request.ts';
import { protocolOf } from '../src/requests/protocols.ts';
import { redisEssence } from '../src/requests/redis-request.ts';
import { routeOf } from '../src/requests/route.ts';
import { sqlMeaning } from '../src/requests/sql.ts';

/** Type, length, body. */
function message(type: string, body: string): string {
  const length = String.fromCharCode(0, 0, 0, body.length + 4);
  return `${type}${length}${body}`;
}

describe('requests of HTTP', () => {
  it('have a method and a route, and never their query', () => {
    expect(httpRequest('GET /users/17?token=secret HTTP/1.1')).toEqual({
      operation: 'GET',
      target: '/users/{id}',
      text: '/users/17',
    });
    expect(httpRequest('POST http://host:80/a HTTP/1.1').text).toBe('/a');
    expect(httpRequest('BREW /pot HTCPCP/1.0').operation).toBe('_OTHER');
  });

  it('have a host where it was seen', () => {
    expect(httpHost('GET / HTTP/1.1\r\nHOST: shop.example:8080\r\nx: y\r\n')).toBe('shop.example');
    expect(httpHost('GET / HTTP/1.1\r\nHost: shop.exa')).toBeUndefined();
  });

  it.each([
    ['/', '/'],
    ['/api/v1/users', '/api/v1/users'],
    ['/orders/9f8b7c6d-1234-4abc-8def-001122334455/items/3', '/orders/{id}/items/{id}'],
    ['/files/abc%20def', '/files/{id}'],
    ['/u/jane@example.com', '/u/{id}'],
    ['/static/app.js', '/static/app.js'],
    ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/h/*'],
  ])('route %s as %s', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });
});

describe('statements of SQL', () => {
  it('lose their literals and keep what they do', () => {
    expect(
      sqlMeaning(
        "SELECT *  FROM orders -- note\nWHERE id = 42 AND name = 'O''Hara' AND x IN (1, 2,3)",
      ),
    ).toEqual({
      operation: 'SELECT',
      target: 'orders',
      text: 'SELECT * FROM orders WHERE id = ? AND name = ? AND x IN (?)',
    });
    expect(sqlMeaning('insert into "shop"."cart" values ($1, $2)')).toMatchObject({
      operation: 'INSERT',
      target: 'shop.cart',
    });
  });

  it('leave nothing of a literal that was cut off', () => {
    expect(sqlMeaning("UPDATE u SET password = 'hunter2 and mo").text).toBe(
      'UPDATE u SET password = ?',
    );
  });

  it('never show what stands between quotes', () => {
    const word = fc.stringMatching(/^[a-z]{6,12}$/);
    fc.assert(
      fc.property(word, (secret) => {
        expect(sqlMeaning(`SELECT 1 FROM t WHERE a = '${secret}'`).text).not.toContain(secret);
      }),
    );
  });
});

describe('requests of databases', () => {
  it('are read from simple and extended queries', () => {
    expect(postgresqlRequest(message('Q', 'DELETE FROM a WHERE b = 1\0')).operation).toBe('DELETE');
    const parse = message('P', 's1\0SELECT 1 FROM t\0\0\0');
    expect(postgresqlRequest(parse).target).toBe('t');
    expect(statementName(parse)).toBe('s1');
    expect(statementName(message('B', 'portal\0s1\0'))).toBe('s1');
    expect(statementName(message('Q', 'SELECT 1\0'))).toBeUndefined();
  });

  it('of Redis have a name and never arguments', () => {
    expect(redisEssence('*3\r\n$3\r\nset\r\n$3\r\nkey\r\n$6\r\nsecret\r\n')).toBe('SET');
    expect(redisEssence('*2\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n')).toBe('CONFIG GET');
    expect(redisEssence('ping\r\n')).toBe('PING');
  });
});

describe('meanings', () => {
  it('never throw, whatever the bytes', () => {
    const meanings = new Meanings();
    const protocols = Object.values(Protocol).flatMap((number) => protocolOf(number) ?? []);
    expect(protocols.length).toBeGreaterThan(2);
    fc.assert(
      fc.property(
        fc.constantFrom(...protocols),
        fc.uint8Array({ maxLength: 256 }),
        (protocol, bytes) => {
          const text = Buffer.from(bytes).toString('latin1');
          expect(typeof meanings.of(protocol, text).operation).toBe('string');
        },
      ),
    );
  });
});
