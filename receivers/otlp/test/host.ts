import { type Authenticator, type Component, type Host, SondeError } from '@sonde/pipeline';

/** A host that knows of one authenticator, under any id. */
export function hostWith(authenticator?: Authenticator): Host {
  return {
    extension: (): Component | undefined => undefined,
    authenticator: (id) => {
      if (authenticator !== undefined) return authenticator;
      throw new SondeError('INTERNAL', `failed to resolve authenticator "${id}"`);
    },
    reportStatus: () => undefined,
    serviceStatus: () => ({
      phase: 'ready',
      readySinceUnixMs: undefined,
      components: new Map(),
    }),
    serviceOutline: () => ({
      build: { command: 'sonde', description: 'Sonde under test', version: '0' },
      startedUnixMs: 0,
      pipelines: [],
      extensions: [],
      gates: new Set(),
    }),
  };
}
