// The thread that packs and unpacks zstd. In: `{ kind, bytes, number }`, one at a time. Out: the bytes,
// or in words why there are none. Plain JavaScript: Node 20 reads no other in a thread.
import { parentPort } from 'node:worker_threads';
import * as packer from '@bokuweb/zstd-wasm';
import { ZSTDDecoder } from 'zstddec';

const decoder = new ZSTDDecoder();

/** @type {Promise<void> | undefined} */
let packerReady;

async function run({ kind, bytes, number }) {
  if (kind === 'unpack') {
    await decoder.init();
    return decoder.decode(bytes, number);
  }
  packerReady ??= packer.init();
  await packerReady;
  return packer.compress(bytes, number);
}

parentPort.on('message', (job) => {
  run(job).then(
    (bytes) => parentPort.postMessage({ bytes }, [bytes.buffer]),
    (error) => parentPort.postMessage({ reason: String(error) }),
  );
});
