import type { EngineConfig } from '../config/engine-config.ts';
import { extensionReferences } from '../config/extension-references.ts';
import { ServiceError } from '../service-error.ts';
import { isStorage } from '../storage/storage.ts';
import type { Graph } from './built-component.ts';

/**
 * Whether what components want of an extension is what it does: a start would find it too, with
 * the pipelines of before already stopped. Throws `ServiceError` `BUILD_FAILED`.
 */
export function checkExtensionKinds(config: EngineConfig, graph: Graph): void {
  const { root, serviceExtensions: extensions, pipelines } = config;
  for (const { wants, id, path } of extensionReferences(root, { extensions, pipelines })) {
    const component = graph.extensions.find((extension) => extension.id === id)?.component;
    if (component === undefined) continue;
    const quoted = JSON.stringify(id);
    const [section = '', user = ''] = path;
    if (wants === 'storage' && !isStorage(component)) {
      const text = `requested extension ${quoted} is not a storage extension`;
      throw new ServiceError('BUILD_FAILED', `invalid configuration: ${section}::${user}: ${text}`);
    }
    if (wants === 'authenticator' && !isAuthenticator(component, section)) {
      const kind = section === 'exporters' ? 'a client authenticator' : 'an authenticator';
      const text = `failed to resolve authenticator ${quoted}: requested extension is not ${kind}`;
      throw new ServiceError('BUILD_FAILED', `invalid configuration: ${section}::${user}: ${text}`);
    }
  }
}

/** Exporters are clients; who is a client elsewhere, only the component knows. */
function isAuthenticator(component: object, section: string): boolean {
  if (section === 'exporters') return 'requestHeaders' in component;
  return 'authenticate' in component || 'requestHeaders' in component;
}
