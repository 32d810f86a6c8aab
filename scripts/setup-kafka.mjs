// `npm run setup:kafka`: fetches the Kafka broker of the tests now instead of at the next `npm test`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupKafka } from './lib/kafka-broker.mjs';
import { say } from './lib/steps.mjs';

const path = await setupKafka(dirname(dirname(fileURLToPath(import.meta.url))));
say(path === undefined ? 'Kafka could not be set up.' : `Kafka is in ${path}`);
