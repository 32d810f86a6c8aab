import { encodeRequest } from '@sonde/proto';
import { RECEIVED_UNIX_MS } from './engine.ts';
import { nanos } from './requests.ts';

export const PROFILES_TRACE_ID = '0102030405060708090a0b0c0d0e0f10';

/** `main` calls `parse`, into which `scan` was inlined, and code that has no name. */
export function profilesRequest(): Uint8Array {
  return encodeRequest('profiles', {
    dictionary: {
      stringTable: ['', 'cpu', 'nanoseconds', 'main', 'parse', 'scan', 'a.c', '/lib/x.so', 'id'],
      functionTable: [
        {},
        { nameStrindex: 3, filenameStrindex: 6, startLine: '1' },
        { nameStrindex: 4 },
        { nameStrindex: 5 },
      ],
      mappingTable: [
        {},
        { memoryStart: '4096', memoryLimit: '8192', filenameStrindex: 7, attributeIndices: [1] },
      ],
      attributeTable: [{}, { keyStrindex: 8, value: { stringValue: 'b1' }, unitStrindex: 2 }],
      locationTable: [
        {},
        { lines: [{ functionIndex: 1, line: '7' }] },
        { lines: [{ functionIndex: 3 }, { functionIndex: 2, line: '9', column: '2' }] },
        { mappingIndex: 1, address: '255' },
      ],
      linkTable: [{}, { traceId: PROFILES_TRACE_ID, spanId: '1112131415161718' }],
      stackTable: [{}, { locationIndices: [2, 1] }, { locationIndices: [3, 1] }],
    },
    resourceProfiles: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }],
        },
        scopeProfiles: [
          {
            scope: { name: 'profiler' },
            profiles: [
              {
                sampleType: { typeStrindex: 1, unitStrindex: 2 },
                timeUnixNano: nanos(RECEIVED_UNIX_MS),
                durationNano: '5000000000',
                period: '10',
                profileId: PROFILES_TRACE_ID,
                originalPayloadFormat: 'pprof',
                originalPayload: Buffer.from('raw').toString('base64'),
                samples: [
                  { stackIndex: 1, values: ['30', '-5'], linkIndex: 1, attributeIndices: [1] },
                  { stackIndex: 2, timestampsUnixNano: ['1', '2', '3'] },
                  { stackIndex: 99, values: ['1'] },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
}
