import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { WEB_BYTES_MAX, WEB_FILE_BYTES_MAX, WEB_FILES_MAX } from '../limits.ts';
import { gzipBytes } from './gzip.ts';
import { contentSecurityPolicy } from './security-headers.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Already dense; gzip would only cost. */
const DENSE: ReadonlySet<string> = new Set(['.png', '.jpg', '.webp', '.woff2', '.ico']);

/** One file of the page, ready to send. */
export interface WebFile {
  readonly contentType: string;
  /** From the content; weak, because it names the plain and the compressed form alike. */
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
  /** Of HTML documents. */
  readonly contentSecurityPolicy: string | undefined;
}

/**
 * A static build, read once into memory: a request looks its path up in a map, so no path reaches
 * the file system. Rejects when the build is larger than its limits.
 */
export class WebFiles {
  readonly #files: ReadonlyMap<string, WebFile>;

  private constructor(files: ReadonlyMap<string, WebFile>) {
    this.#files = files;
  }

  static async load(directory: string): Promise<WebFiles> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
    if (paths.length > WEB_FILES_MAX) throw tooLarge(directory, `${paths.length} files`);
    const files = new Map<string, WebFile>();
    let bytes = 0;
    for (const path of paths) {
      const file = await loadFile(path);
      bytes += file.body.length;
      if (file.body.length > WEB_FILE_BYTES_MAX) throw tooLarge(path, `${file.body.length} bytes`);
      if (bytes > WEB_BYTES_MAX) throw tooLarge(directory, `more than ${WEB_BYTES_MAX} bytes`);
      files.set(`/${relative(directory, path).split(sep).join('/')}`, file);
    }
    return new WebFiles(files);
  }

  /** The file of a URL path: itself, `path.html` or `path/index.html`. */
  find(path: string): WebFile | undefined {
    const files = this.#files;
    if (path.endsWith('/')) return files.get(`${path}index.html`);
    return files.get(path) ?? files.get(`${path}.html`) ?? files.get(`${path}/index.html`);
  }

  /** The document for paths that the page routes itself (adapter-static calls it so or so). */
  get fallback(): WebFile | undefined {
    return this.#files.get('/200.html') ?? this.#files.get('/index.html');
  }
}

async function loadFile(path: string): Promise<WebFile> {
  const body = new Uint8Array(await readFile(path));
  const extension = extname(path).toLowerCase();
  const isHtml = extension === '.html';
  const packed = DENSE.has(extension) ? undefined : await gzipBytes(body);
  return {
    contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream',
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: path.includes(`${sep}_app${sep}immutable${sep}`),
    body,
    gzip: packed !== undefined && packed.length < body.length ? new Uint8Array(packed) : undefined,
    contentSecurityPolicy: isHtml
      ? contentSecurityPolicy(Buffer.from(body).toString('utf8'))
      : undefined,
  };
}

function tooLarge(path: string, what: string): Error {
  return new Error(`${path} is not a build of the page: ${what}`);
}
