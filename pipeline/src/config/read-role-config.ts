import type { z } from 'zod';
import { ProblemList } from './problem-list.ts';
import { readValue } from './read-value.ts';
import type { ResolvedConfig } from './resolve-config.ts';

/**
 * Reads a file that is one schema as a whole (`serve.yaml`) by the rules of every other
 * configuration. Throws `ConfigError` with everything that is wrong.
 */
export function readRoleConfig<C>(schema: z.ZodType<C>, resolved: ResolvedConfig): C {
  const result = readValue(schema, resolved.root);
  if (result.ok) return result.config;
  const problems = new ProblemList(resolved.positions);
  for (const problem of result.problems) {
    problems.add({ ...problem, path: problem.path.map(String) });
  }
  problems.throwIfAny();
  throw new Error('a configuration was refused without a reason');
}
