import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/config/config-error.ts';
import { withRemoteSources } from '../src/config/remote-sources.ts';
import { fetchConfig, type ResolvedConfig } from '../src/config/resolve-config.ts';
import { SourceNeeded } from '../src/config/source-needed.ts';
import { SOURCE_BYTES_MAX } from '../src/config/sources.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: (path: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

function fetched(
  uris: readonly string[],
  warnings: string[] = [],
): Promise<ResolvedConfig['root']> {
  return fetchConfig({
    configUris: uris,
    env: {},
    warn: (message, { name = '' }) => warnings.push(`${message} ${name}`),
  }).then(({ root }) => root);
}

describe('sources behind http', () => {
  it('are configurations and values, each fetched once', async () => {
    const asked: string[] = [];
    const origin = await serve((path, response) => {
      asked.push(path);
      response.end(path === '/base' ? `a: 1\nb: \${http://127.0.0.1:${port()}/list}` : '[x, y]');
    });
    const port = (): string => origin.split(':').at(-1) ?? '';
    const warnings: string[] = [];
    const root = await fetched(
      [`${origin}/base`, `yaml:c: \${${origin}/list} \${UNSET}`],
      warnings,
    );
    expect(root.get('a')).toBe(1);
    expect(root.get('b')).toMatchObject({ value: ['x', 'y'] });
    expect(root.get('c')).toBe('[x, y] ');
    expect(asked).toEqual(['/base', '/list']);
    expect(warnings).toEqual(['Configuration references unset environment variable UNSET']);
  });

  it('must answer 200', async () => {
    const origin = await serve((_path, response) => response.writeHead(404).end());
    const refused = fetched([`${origin}/x`]);
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toThrow(
      `failed to get config: cannot resolve the configuration: cannot retrieve the configuration: ` +
        `unable to download the file via HTTP GET for uri ${origin}/x: ` +
        `failed to load resource from uri ${origin}/x. status code: 404`,
    );
  });

  it('end when they are larger than a source may be', async () => {
    const origin = await serve((_path, response) => {
      response.end(Buffer.alloc(SOURCE_BYTES_MAX + 1, 'a'));
    });
    await expect(fetched([`${origin}/x`])).rejects.toThrow(`larger than ${SOURCE_BYTES_MAX} bytes`);
  });

  it('say why nobody answers', async () => {
    const origin = await serve(() => {});
    const server = servers.splice(0)[0];
    await new Promise((resolve) => server?.close(resolve));
    await expect(fetched([`${origin}/x`])).rejects.toThrow('ECONNREFUSED');
  });

  it('have a time to answer in', async () => {
    const origin = await serve(() => {});
    const read = (remotes: ReadonlyMap<string, string>): string => {
      const text = remotes.get(origin);
      if (text === undefined) throw new SourceNeeded(origin);
      return text;
    };
    await expect(withRemoteSources(read, { timeoutMs: 20 })).rejects.toThrow(
      'no answer within 20 ms',
    );
  });
});
