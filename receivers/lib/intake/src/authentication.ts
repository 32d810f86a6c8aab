import {
  type Authenticator,
  type Credentials,
  DEFAULT_TENANT,
  type Host,
  type Sender,
  SondeError,
} from '@sonde/pipeline';

/**
 * How a server finds out who sends: by the authenticator extension of that id, or not at all
 * (`DEFAULT_TENANT`). Throws `SondeError` when the extension is missing.
 */
export function authentication(id: string | undefined, host: Host): Authenticator['authenticate'] {
  if (id === undefined) return () => Promise.resolve<Sender>({ tenant: DEFAULT_TENANT });
  const authenticator = host.authenticator(id);
  return async (credentials: Credentials): Promise<Sender> => {
    try {
      return await authenticator.authenticate(credentials);
    } catch (error) {
      throw SondeError.from(error);
    }
  };
}
