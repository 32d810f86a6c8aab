import { hostname } from 'node:os';
import type { HostFiles } from './host-files.ts';

/** Attributes of the resource that all metrics of the host belong to. */
export type HostResource = Readonly<Record<string, string | number>>;

/**
 * `host.name`, `host.id` (machine-id(5)) and `os.type`. No `service.name`: the host is no service,
 * and upstream sets none. What cannot be read is left out.
 */
export async function readHostResource(files: HostFiles): Promise<HostResource> {
  const id = await lineOf(files, 'etc/machine-id');
  const name = files.isOwnRoot ? hostname() : await lineOf(files, 'etc/hostname');
  return {
    'host.name': name ?? hostname(),
    ...(id === undefined ? {} : { 'host.id': id }),
    'os.type': 'linux',
  };
}

async function lineOf(files: HostFiles, relative: string): Promise<string | undefined> {
  try {
    const line = (await files.text(relative)).trim();
    return line === '' ? undefined : line;
  } catch {
    // Not every image has the file; the metrics are worth more than their host's id.
    return undefined;
  }
}
