import {
  type ChildProcess,
  type ChildProcessByStdio,
  execFileSync,
  spawn,
  spawnSync,
} from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { rustTlsPath } from '../../scripts/lib/rust-tls.mjs';

function works(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

export const HAS_OPENSSL: boolean = works('openssl', 'version');
export const HAS_GO: boolean = works('go', 'version');
export const HAS_CURL: boolean = works('curl', '--version');
export const HAS_PYTHON: boolean = works('python3', '-c', 'import ssl');
export const HAS_WGET: boolean = works('wget', '--version');
/** `programs/rust-tls`, where `npm test` could build it. */
export const RUST_TLS: string = rustTlsPath();
export const HAS_RUST_TLS: boolean = existsSync(RUST_TLS);

/** A folder with a certificate of one's own, and programs that are built into it. */
export class SecurePrograms {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'sonde-secure-'));
  readonly certFile: string = join(this.folder, 'cert.pem');
  readonly keyFile: string = join(this.folder, 'key.pem');
  readonly #children: ChildProcess[] = [];
  readonly #servers: Server[] = [];

  constructor() {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
        ...['-keyout', this.keyFile, '-out', this.certFile, '-subj', '/CN=localhost'],
      ],
      { stdio: 'ignore' },
    );
  }

  /** Go's program of `programs/go-tls`; stripped, unless told otherwise. */
  buildGo(hasSymbols = false): string {
    const path = join(this.folder, hasSymbols ? 'go-tls-symbols' : 'go-tls');
    execFileSync('go', ['build', '-ldflags', hasSymbols ? '' : '-s -w', '-o', path, '.'], {
      cwd: fileURLToPath(new URL('./programs/go-tls/', import.meta.url)),
      env: { ...process.env, GOTOOLCHAIN: 'local' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return path;
  }

  /** An HTTPS server in this process: its port. */
  async serve(): Promise<number> {
    const credentials = { cert: readFileSync(this.certFile), key: readFileSync(this.keyFile) };
    const server = createServer(credentials, (request, response) => {
      response.statusCode = request.url?.endsWith('/9') ? 503 : 200;
      response.end('hello');
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    return port;
  }

  /** A program that says its port when it listens. */
  async start(command: string, args: readonly string[]): Promise<number> {
    const child = this.spawn(command, args);
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve, reject) => {
      lines.once('line', (line) => resolve(Number(line)));
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)));
    });
  }

  spawn(command: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    return child;
  }

  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when the program ended well. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`it ended with ${code}`)),
    );
  });
}

/** A client that asks `count` times over one connection, or one connection a request. */
export const PYTHON_CLIENT = `
import http.client, ssl, sys
port, count, kept = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'kept'
context = ssl._create_unverified_context()
connection = None
for i in range(count):
    if connection is None or not kept:
        connection = http.client.HTTPSConnection('127.0.0.1', port, context=context)
    connection.request('GET', '/python/%d' % (100 + i))
    connection.getresponse().read()
`;

/** A server with a thread a connection. */
export const PYTHON_SERVER = `
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
`;

/** A client whose library writes into memory. */
export const ASYNCIO_CLIENT = `
import asyncio, ssl, sys
async def main():
    context = ssl._create_unverified_context()
    reader, writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]), ssl=context)
    for _ in range(int(sys.argv[2])):
        writer.write(b'GET /asyncio HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')
        await writer.drain()
        head = await reader.readuntil(b'\\r\\n\\r\\n')
        await reader.readexactly(2)
    writer.close()
asyncio.run(main())
`;
