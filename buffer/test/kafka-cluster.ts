import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrokerCluster, kafkaMissing, startBroker } from '../../scripts/lib/kafka-broker.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Why tests of Kafka cannot run here; undefined where they can. */
export const KAFKA_MISSING: string | undefined = kafkaMissing(ROOT);

/** A cluster of its own for a test file; call `end` after all tests. */
export async function startCluster(
  nodes = 1,
): Promise<{ readonly cluster: BrokerCluster; end(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-kafka-'));
  const cluster = await startBroker({ root: ROOT, directory, nodes });
  const end = async (): Promise<void> => {
    await cluster.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  return { cluster, end };
}
