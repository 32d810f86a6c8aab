import { z } from 'zod';

/** Services that belong together, under a name. */
export interface ServiceGroup {
  readonly name: string;
  /** `name` or `namespace/name`; `*` stands for any characters. */
  readonly services: readonly string[];
}

/** What services are for and who answers for them. The first group of a list that names one has it. */
export interface ServiceSettings {
  readonly categories: readonly ServiceGroup[];
  readonly teams: readonly ServiceGroup[];
}

const GROUPS_MAX = 200;
const SERVICES_MAX = 200;
const CHARACTERS_MAX = 300;

const groups = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(CHARACTERS_MAX),
      services: z.array(z.string().min(1).max(CHARACTERS_MAX)).max(SERVICES_MAX),
    }),
  )
  .max(GROUPS_MAX);

/** What runs beside the applications nearly everywhere. */
const DEFAULT_CATEGORIES: readonly ServiceGroup[] = [
  {
    name: 'monitoring',
    services: [
      'sonde/*',
      'prometheus*',
      'alertmanager*',
      'grafana*',
      'loki*',
      'jaeger*',
      '*-exporter',
    ],
  },
  {
    name: 'control plane',
    services: ['kube-system/*', 'istio-system/*', 'cert-manager/*', 'argocd/*', 'flux-system/*'],
  },
];

export const ServiceSettingsSchema: z.ZodType<ServiceSettings> = z.strictObject({
  categories: groups.default(
    DEFAULT_CATEGORIES.map(({ name, services }) => ({ name, services: [...services] })),
  ),
  teams: groups.default([]),
});
