import { z } from 'zod';
import type { ContainerInfo } from './container-info.ts';

const storage = z.array(
  z.object({
    id: z.string(),
    names: z.array(z.string()).nullish(),
    metadata: z.string().nullish(),
  }),
);

const metadata = z.object({
  'image-name': z.string().default(''),
  name: z.string().default(''),
});

/** One container of podman's `overlay-containers/containers.json`; undefined when it is not there. */
export function parsePodmanStorage(json: unknown, id: string): ContainerInfo | undefined {
  const parsed = storage.safeParse(json);
  const found = parsed.success ? parsed.data.find((entry) => entry.id === id) : undefined;
  if (found === undefined) return undefined;
  const about = metadata.safeParse(parseJson(found.metadata ?? ''));
  const name = found.names?.[0] ?? (about.success ? about.data.name : '');
  const image = about.success ? about.data['image-name'] : '';
  return { name, runtime: 'podman', image, labels: {}, logPath: '', pod: undefined };
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half written, or of another kind: it says nothing.
    return undefined;
  }
}
