/** Gates of the Collector that change how a configuration is read. All are off by default. */
export const FEATURE_GATES = [
  /** Profiles pipelines. */
  'service.profilesSupport',
  /** A service of extensions alone. */
  'service.AllowNoPipelines',
  /** Lists in `service` are appended when sources merge. */
  'confmap.enableMergeAppendOption',
] as const;

export type FeatureGate = (typeof FEATURE_GATES)[number];

export type FeatureGates = ReadonlySet<FeatureGate>;

export const NO_FEATURE_GATES: FeatureGates = new Set<FeatureGate>();
