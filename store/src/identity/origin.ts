/** Which instrumentation saw a row; the number is the one stored. */
export const Origin = { sdk: 1, ebpf: 2, derived: 3 } as const;

export type Origin = (typeof Origin)[keyof typeof Origin];

/** Set by Sonde's own parts: the agent says `ebpf`, processors that make telemetry say `derived`. */
export const ORIGIN_ATTRIBUTE = 'sonde.origin';

/**
 * The origin of a resource's rows. Without our attribute, telemetry whose `telemetry.sdk.name` or
 * distribution names eBPF (OpenTelemetry's own eBPF instrumentation, Beyla) is `ebpf`; all the rest
 * was seen by an SDK or what stands for one.
 */
export function deriveOrigin(attributes: ReadonlyMap<string, string>): Origin {
  switch (attributes.get(ORIGIN_ATTRIBUTE)) {
    case 'ebpf':
      return Origin.ebpf;
    case 'derived':
      return Origin.derived;
    case 'sdk':
      return Origin.sdk;
  }
  const names = `${attributes.get('telemetry.sdk.name')} ${attributes.get('telemetry.distro.name')}`;
  return /\b(e?bpf|obi|beyla)\b/i.test(names) ? Origin.ebpf : Origin.sdk;
}
