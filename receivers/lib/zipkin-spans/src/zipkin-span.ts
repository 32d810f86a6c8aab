/** Addresses are text, empty where there are none; a port of 0 is none. */
export interface ZipkinEndpoint {
  readonly serviceName: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly port: number;
}

export interface ZipkinAnnotation {
  /** 0 where it is absent. */
  readonly timestampMicros: bigint;
  readonly value: string;
}

/** A span of Zipkin's second model. Ids are lower-case hex: 32, 16 and 16 characters. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where there is none. */
  readonly parentId: string;
  readonly name: string;
  /** `CLIENT`, `SERVER`, `PRODUCER`, `CONSUMER` or empty. */
  readonly kind: string;
  /** 0 where it is absent. */
  readonly timestampMicros: bigint;
  readonly durationMicros: bigint;
  readonly localEndpoint: ZipkinEndpoint | undefined;
  readonly remoteEndpoint: ZipkinEndpoint | undefined;
  readonly annotations: readonly ZipkinAnnotation[];
  /** In order; of a key that comes twice the last. */
  readonly tags: ReadonlyMap<string, string>;
}

export const NANO_PER_MICRO = 1000n;
