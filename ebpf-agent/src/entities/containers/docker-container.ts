import { z } from 'zod';
import type { ContainerInfo } from './container-info.ts';

const labels = z.record(z.string(), z.string()).nullish();

/** `config.v2.json` in a container's folder, and `GET /containers/<id>/json`: both have these. */
const dockerContainer = z.object({
  Name: z.string().default(''),
  LogPath: z.string().nullish(),
  Config: z.object({ Image: z.string().default(''), Labels: labels }),
});

/** Of docker's own file or its API (podman's speaks the same); undefined when it is none. */
export function parseDockerContainer(json: unknown, runtime: string): ContainerInfo | undefined {
  const parsed = dockerContainer.safeParse(json);
  if (!parsed.success) return undefined;
  const { Name, LogPath, Config } = parsed.data;
  return {
    name: Name.replace(/^\//, ''),
    runtime,
    image: Config.Image,
    labels: Config.Labels ?? {},
    logPath: LogPath ?? '',
    pod: undefined,
  };
}
