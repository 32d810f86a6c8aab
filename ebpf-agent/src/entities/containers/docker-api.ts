import { request } from 'node:http';
import { CONTAINER_FILE_BYTES_MAX } from '../../limits.ts';
import type { ContainerInfo } from './container-info.ts';
import { parseDockerContainer } from './docker-container.ts';
import { parseJson } from './podman-storage.ts';

/** Sockets that speak docker's API, with whose they are. */
export const SOCKETS: readonly { readonly path: string; readonly runtime: string }[] = [
  { path: '/run/docker.sock', runtime: 'docker' },
  { path: '/run/podman/podman.sock', runtime: 'podman' },
];

const TIMEOUT_MS = 2_000;

/** What a daemon says of one of its containers; undefined when it does not know it, or is not there. */
export function askDocker(
  socket: { readonly path: string; readonly runtime: string },
  id: string,
): Promise<ContainerInfo | undefined> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(undefined);
    const options = { socketPath: socket.path, path: `/containers/${id}/json`, agent: false };
    const sent = request({ ...options, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', nothing);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > CONTAINER_FILE_BYTES_MAX) response.destroy();
      });
      response.on('close', nothing);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve(
          response.statusCode === 200
            ? parseDockerContainer(parseJson(text), socket.runtime)
            : undefined,
        );
      });
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', nothing);
    sent.end();
  });
}
