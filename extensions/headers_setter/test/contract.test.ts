import { extensionContract } from '@sonde/pipeline/contract-suite';
import { headersSetterFactory } from '../src/index.ts';

extensionContract({
  factory: headersSetterFactory,
  defaultsRefused: 'missing headers configuration',
  config: () => ({
    headers: [{ key: 'x-scope-orgid', action: 'upsert', from_context: 'tenant_id' }],
  }),
});
