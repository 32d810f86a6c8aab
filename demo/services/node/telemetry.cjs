// Loaded before the service (`node --require`): OpenTelemetry's own SDK, set up by OTEL_* variables.
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino');
const { RedisInstrumentation } = require('@opentelemetry/instrumentation-redis');
const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node');
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');

const sdk = new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    // The route is what is wanted of Express; a span for each of its own layers is not.
    new ExpressInstrumentation({ ignoreLayersType: ['middleware', 'request_handler'] }),
    new UndiciInstrumentation(),
    new RedisInstrumentation({ requireParentSpan: true }),
    new PinoInstrumentation(),
    new RuntimeNodeInstrumentation(),
  ],
});
sdk.start();

let isEnding = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    // What was measured last goes out before the process does.
    sdk.shutdown().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`telemetry of the last seconds is lost: ${error.message}\n`);
        process.exit(0);
      },
    );
  });
}
