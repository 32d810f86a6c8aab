import { clientsSuite } from './clients-suite.ts';
import { type DoorUnderTest, doorSuite } from './door-suite.ts';
import { startTestEngine } from './engine-under-test.ts';

doorSuite('the embedded engine', () => startTestEngine());
clientsSuite('the embedded engine', () => startTestEngine());

/**
 * A ClickHouse server of its own, with the users `internal` and `ingest`. Its databases `door` and
 * `clients` are made anew.
 */
const url = process.env['SONDE_TEST_CLICKHOUSE_URL'];
if (url !== undefined) {
  const server: DoorUnderTest = {
    url,
    internalToken: process.env['SONDE_TEST_CLICKHOUSE_INTERNAL'] ?? '',
    ingestToken: process.env['SONDE_TEST_CLICKHOUSE_INGEST'] ?? '',
    close: async () => undefined,
  };
  doorSuite(url, async () => server);
  clientsSuite(url, async () => server);
}
