import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { EntryMap } from '@sonde/log-operators';
import { AccountNames } from './account-names.ts';
import type { FilelogConfig } from './config.ts';
import { pathResource } from './path-resource.ts';

type LabelConfig = Pick<
  FilelogConfig,
  | 'include_file_name'
  | 'include_file_path'
  | 'include_file_name_resolved'
  | 'include_file_path_resolved'
  | 'include_file_owner_name'
  | 'include_file_owner_group_name'
  | 'include_path_resource'
>;

/** The attributes that say which file a record comes from. */
export class FileLabels {
  readonly #config: LabelConfig;
  readonly #users = new AccountNames('/etc/passwd');
  readonly #groups = new AccountNames('/etc/group');

  constructor(config: LabelConfig) {
    this.#config = config;
  }

  async of(path: string): Promise<EntryMap> {
    const config = this.#config;
    const labels: EntryMap = new Map();
    // A link that says whose the file is: its own name says nothing more.
    const isLink = config.include_path_resource && pathResource(path).size > 0;
    const named = isLink ? await orElse(() => realpath(path), path) : path;
    if (config.include_file_name) labels.set('log.file.name', basename(named));
    if (config.include_file_path) labels.set('log.file.path', named);
    if (config.include_file_name_resolved || config.include_file_path_resolved) {
      await this.#addResolved(labels, path);
    }
    if (config.include_file_owner_name || config.include_file_owner_group_name) {
      await this.#addOwner(labels, path);
    }
    return labels;
  }

  async #addResolved(labels: EntryMap, path: string): Promise<void> {
    const resolved = await orElse(() => realpath(path), resolve(path));
    if (this.#config.include_file_name_resolved) {
      labels.set('log.file.name_resolved', basename(resolved));
    }
    if (this.#config.include_file_path_resolved) labels.set('log.file.path_resolved', resolved);
  }

  async #addOwner(labels: EntryMap, path: string): Promise<void> {
    const owner = await orElse(() => stat(path), undefined);
    if (owner === undefined) return;
    if (this.#config.include_file_owner_name) {
      labels.set('log.file.owner.name', await this.#users.of(owner.uid));
    }
    if (this.#config.include_file_owner_group_name) {
      labels.set('log.file.owner.group.name', await this.#groups.of(owner.gid));
    }
  }
}

/** A file that has just gone away keeps the labels that need no look at it. */
async function orElse<T, F>(look: () => Promise<T>, otherwise: F): Promise<T | F> {
  try {
    return await look();
  } catch {
    return otherwise;
  }
}
