/**
 * Entry of an engine process: options as JSON in the first argument, `{ ready, port }` or
 * `{ failed }` to the parent over IPC. Ends with SIGTERM, SIGINT or with its parent.
 */
import { z } from 'zod';
import { runEngine } from './run-engine.ts';

const OptionsSchema = z.looseObject({ directory: z.string() });

/** The channel keeps the process alive as long as it is open. */
function leaveParent(): void {
  if (process.connected) process.disconnect();
}

async function main(): Promise<void> {
  const options = OptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
  const engine = await runEngine(options);
  const stop = (): void => {
    void engine.close().then(leaveParent);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  void engine.failed.then((error) => {
    process.stderr.write(`sonde store: ${error.message}\n`);
    process.exitCode = 1;
    stop();
  });
  process.send?.({ port: engine.port, url: engine.url, version: engine.version });
}

main().catch((error: unknown) => {
  const failed = error instanceof Error ? error.message : String(error);
  process.send?.({ failed });
  process.stderr.write(`sonde store: ${failed}\n`);
  process.exitCode = 1;
  leaveParent();
});
