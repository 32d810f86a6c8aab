export type ServiceErrorCode =
  /** A component of the configuration cannot be made for the pipeline it stands in. */
  | 'BUILD_FAILED'
  /** A component did not start; everything that had started was shut down. */
  | 'START_FAILED'
  /** A component failed for good while running. */
  | 'COMPONENT_FATAL'
  /** Something did not shut down, or not in time. */
  | 'SHUTDOWN_FAILED';

/** Ends a run with exit code 1; the message begins with the Collector's text. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  /** `exporter clickhouse traces`, where one component is to blame. */
  readonly component: string | undefined;

  constructor(
    code: ServiceErrorCode,
    message: string,
    options: { readonly component?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.component = options.component;
  }
}
