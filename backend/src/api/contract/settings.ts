/** `GET /settings`, `GET /settings/versions/{version}` and the body of `PUT /settings`. */
export interface SettingsDocument {
  /**
   * Grows by one with every change; 0 is the defaults. In a `PUT` it is the version that was edited:
   * 409 `VERSION_CONFLICT` when that is not the newest any more.
   */
  readonly version: number;
  /** Requests that no user makes, such as health checks: filters as the traces page has them. */
  readonly auxiliary: { readonly rules: readonly string[] };
  /** Categories and teams by names of services: `shop*`, `kube-system/*`. */
  readonly services: {
    readonly categories: readonly ServiceGroup[];
    readonly teams: readonly ServiceGroup[];
  };
  readonly retention: {
    readonly tracesDays: number;
    readonly logsDays: number;
    readonly metricsDays: number;
    readonly profilesDays: number;
    readonly rollupsDays: number;
    readonly metricRollupsDays: number;
    /** Days after which rows move to the cold volume, where there is one; null never. */
    readonly coldAfterDays: number | null;
    /** Bytes on the store's own disk; null is 20 GiB or a fifth of the disk. */
    readonly sizeMaxBytes: number | null;
    /** The first that matches decides how long a row is kept; null is: any. */
    readonly rules: readonly RetentionRule[];
  };
  /** What people decided about patterns of log lines; `PUT /patterns` changes one. */
  readonly logPatterns: readonly {
    readonly tenant: string;
    readonly service: string;
    readonly id: string;
    readonly leaves: readonly string[];
    readonly name: string;
    readonly isMuted: boolean;
    readonly isPinned: boolean;
    readonly mergedInto: string | null;
    readonly keepOneIn: number;
    readonly alsoErrors: boolean;
    readonly savedBytesADay: number;
  }[];
}

/** Services that belong together; `name` or `namespace/name`, in which `*` is any characters. */
export interface ServiceGroup {
  readonly name: string;
  readonly services: readonly string[];
}

/** Rows of a signal that have days of their own. */
export interface RetentionRule {
  /** Of its own among the rules. */
  readonly name: string;
  readonly signal: 'traces' | 'logs' | 'metrics' | 'profiles';
  readonly tenant: string | null;
  /** `service.namespace`. */
  readonly namespace: string | null;
  /** `service.name`. */
  readonly service: string | null;
  /** Severity numbers of log records, 1 to 24, both inside. */
  readonly severityMin: number | null;
  readonly severityMax: number | null;
  readonly days: number;
}

/** Who changed the settings when. */
export interface SettingsVersionInfo {
  readonly version: number;
  readonly createdMs: number;
  readonly actor: string;
}

/** `GET /settings/versions`: newest first. */
export interface SettingsVersionsResponse {
  readonly versions: readonly SettingsVersionInfo[];
}
