import { z } from 'zod';

/** Requests that no user makes: analyses of traces leave them out, unless they are asked for. */
export interface AuxiliarySettings {
  /**
   * Each is conditions on the span that a service is asked with, written as in the filter of the
   * traces page; all of one rule hold: `name~healthz`, `service=shop url.path=/ping`.
   */
  readonly rules: readonly string[];
}

const RULES_MAX = 50;
const RULE_CHARACTERS_MAX = 500;

/** Names that health checks and scrapes have nearly everywhere. */
const DEFAULT_RULES: readonly string[] = [
  ...['name~/health', 'name~/livez', 'name~/readyz', 'name~/ping', 'name~/metrics'],
  ...['name~grpc.health.v1', 'name~/actuator/', 'name~/-/ready'],
];

export const AuxiliarySchema: z.ZodType<AuxiliarySettings> = z.strictObject({
  rules: z
    .array(z.string().min(1).max(RULE_CHARACTERS_MAX))
    .max(RULES_MAX)
    .default([...DEFAULT_RULES]),
});
