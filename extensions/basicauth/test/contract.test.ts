import { extensionContract } from '@sonde/pipeline/contract-suite';
import { basicAuthFactory } from '../src/index.ts';

extensionContract({
  factory: basicAuthFactory,
  defaultsRefused: 'no credential source provided',
  config: () => ({ htpasswd: { inline: 'shop:secret' } }),
});

extensionContract({
  factory: basicAuthFactory,
  defaultsRefused: 'no credential source provided',
  config: () => ({ client_auth: { username: 'shop', password: 'secret' } }),
});
