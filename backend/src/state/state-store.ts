import type { Settings } from '@sonde/pipeline/settings';

/** One version of the settings and who made it. */
export interface SettingsVersion {
  readonly settings: Settings;
  /** Milliseconds since the epoch; 0 for the defaults, which nobody made. */
  readonly createdMs: number;
  /** Name of the user, or where the change came from when nobody is logged in. */
  readonly actor: string;
}

/** A change that was made to a version that is not the newest any more. */
export class VersionConflict extends Error {
  readonly currentVersion: number;

  constructor(basedOn: number, currentVersion: number) {
    super(`the change is based on version ${basedOn}, but version ${currentVersion} is current`);
    this.name = 'VersionConflict';
    this.currentVersion = currentVersion;
  }
}

/** Settings with all their history: a version's content never changes. */
export interface SettingsVersions {
  /** The newest; version 0, the defaults, when nobody changed anything yet. */
  current(): Promise<SettingsVersion>;
  /** Undefined when there is no such version. */
  version(version: number): Promise<SettingsVersion | undefined>;
  /** Newest first, at most `limit`. */
  list(limit: number): Promise<readonly SettingsVersion[]>;
  /**
   * Makes version `settings.version + 1`. Rejects with `VersionConflict` when `settings.version` is
   * not the newest, so that two people never overwrite each other unseen.
   */
  put(settings: Settings, change: { actor: string; nowMs: number }): Promise<SettingsVersion>;
}

/** An address of the page that somebody kept: under a name, or only to have a short link to it. */
export interface View {
  readonly id: string;
  readonly name: string | null;
  /** Path and query of the page. */
  readonly address: string;
  readonly createdMs: number;
  readonly actor: string;
}

/** Views of a tenant; all of its people have the same. */
export interface Views {
  /** Those with a name, by name. */
  named(tenant: string): Promise<readonly View[]>;
  /** Undefined when there is none. */
  view(tenant: string, id: string): Promise<View | undefined>;
  /**
   * Keeps an address; under a name that is taken it replaces what was there. An address alone always
   * has the same id. Rejects with `TooManyViews` where there is no room for another name; of links
   * without a name the oldest goes.
   */
  keep(view: KeptView, change: { actor: string; nowMs: number }): Promise<View>;
  /** False when there was none. */
  remove(tenant: string, id: string): Promise<boolean>;
}

export interface KeptView {
  readonly tenant: string;
  readonly name: string | undefined;
  readonly address: string;
}

/** There is no room for another view. */
export class TooManyViews extends Error {
  constructor(max: number) {
    super(`there are ${max} saved views, which are the most`);
    this.name = 'TooManyViews';
  }
}

/** The right to be the only one who does a job, for a while. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly expiresMs: number;
  /** Grows whenever the holder changes: a fencing token for what the holder writes. */
  readonly term: number;
}

export interface LeaseRequest {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly nowMs: number;
}

/** Leader election between replicas of the backend. */
export interface Leases {
  /** Takes a free or expired lease or renews one's own; undefined when somebody else holds it. */
  acquire(request: LeaseRequest): Promise<Lease | undefined>;
  /** Gives it up; nothing happens when `holder` does not hold it. */
  release(name: string, holder: string): Promise<void>;
}

/**
 * What people and replicas agree on: small, relational, apart from telemetry. SQLite on one machine;
 * the same interface for PostgreSQL where there are several replicas.
 */
export interface StateStore {
  readonly settings: SettingsVersions;
  readonly leases: Leases;
  readonly views: Views;
  close(): Promise<void>;
}
