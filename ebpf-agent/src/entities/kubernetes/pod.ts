import { z } from 'zod';

/** What Kubernetes says of a pod. */
export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `Deployment` of the replica set that owns it, and so on; undefined: nobody's. */
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  /** Their names in the order in which they are declared. */
  readonly containers: readonly string[];
  /** Name of each container by its id, of init containers too. */
  readonly containerNames: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
}

const words = z.record(z.string(), z.string()).nullish();
const statuses = z
  .array(
    z.object({
      name: z.string(),
      containerID: z.string().nullish(),
      image: z.string().default(''),
    }),
  )
  .nullish();

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    annotations: words,
    labels: words,
    ownerReferences: z
      .array(
        z.object({ kind: z.string(), name: z.string(), controller: z.boolean().default(false) }),
      )
      .nullish(),
  }),
  spec: z.object({
    nodeName: z.string().default(''),
    containers: z.array(z.object({ name: z.string() })).default([]),
  }),
  status: z.object({ containerStatuses: statuses, initContainerStatuses: statuses }).nullish(),
});

const podList = z.object({ items: z.array(z.unknown()) });

/** Of a `v1.PodList`; entries that make no sense are left out. Undefined when it is no such list. */
export function parsePods(json: unknown, max: number): readonly Pod[] | undefined {
  const list = podList.safeParse(json);
  if (!list.success) return undefined;
  return list.data.items.slice(0, max).flatMap((item) => {
    const parsed = podSchema.safeParse(item);
    return parsed.success ? [podOf(parsed.data)] : [];
  });
}

function podOf({ metadata, spec, status }: z.infer<typeof podSchema>): Pod {
  const { uid, name, namespace } = metadata;
  const running = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const byId = (pick: (found: (typeof running)[number]) => string): ReadonlyMap<string, string> =>
    new Map(
      running.map((found) => [found.containerID?.replace(/^[\w.-]+:\/\//, '') ?? '', pick(found)]),
    );
  const labels = metadata.labels ?? {};
  const annotations = metadata.annotations ?? {};
  // A static pod is known on its node by the hash of its file.
  const own = annotations['kubernetes.io/config.hash'];
  return {
    uid: own ?? uid,
    name,
    namespace,
    node: spec.nodeName,
    annotations,
    labels,
    owner: ownerOf(metadata, labels),
    containers: spec.containers.map((container) => container.name),
    containerNames: byId((found) => found.name),
    images: byId((found) => found.image),
  };
}

/** A replica set is named after its deployment and the hash of its template. */
function ownerOf(
  { ownerReferences }: z.infer<typeof podSchema>['metadata'],
  labels: Readonly<Record<string, string>>,
): Pod['owner'] {
  const owner = ownerReferences?.find(({ controller }) => controller) ?? ownerReferences?.[0];
  if (owner === undefined) return undefined;
  const { kind, name } = owner;
  const hash = labels['pod-template-hash'];
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
  }
  // Jobs of a cron job end with the minute they were for.
  const cronJob = kind === 'Job' ? /^(.+)-\d{8}$/.exec(name)?.[1] : undefined;
  return cronJob === undefined ? { kind, name } : { kind: 'CronJob', name: cronJob };
}
