import { hostname } from 'node:os';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { OwnResource } from '@sonde/pipeline';
import { VERSION } from '../version.ts';

/** Marks everything Sonde says about itself; the store and the page tell it apart by this. */
const OWN_NAMESPACE = 'sonde';

/** Who tells: the defaults, with what `service.telemetry.resource` adds, replaces or takes away. */
export function ownResource(serviceName: string, configured: OwnResource): Resource {
  const attributes = {
    'service.name': serviceName,
    'service.namespace': OWN_NAMESPACE,
    'service.version': VERSION,
    'service.instance.id': `${hostname()}:${process.pid}`,
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...configured,
  };
  const kept = Object.entries(attributes).filter(([, value]) => value !== null);
  return resourceFromAttributes(Object.fromEntries(kept));
}
