import { join } from 'node:path';
import { obstacleToRunning } from '@sonde/ebpf-agent';
import { AGENT_ENVIRONMENT, AGENT_NODE_ARGS } from '../supervise/gateway-start.ts';
import type { StagedProcess } from '../supervise/stages.ts';
import { ownTelemetrySets, set } from './up-telemetry.ts';

export interface UpAgentOptions {
  /** The folder with `agent.yaml`. */
  readonly config: string;
  /** What it has to remember lies there. */
  readonly state: string;
  /** OTLP of the gateway that runs here: `host:port`, and the URL of HTTP. */
  readonly otlpGrpc: string;
  readonly otlpHttp: string;
  readonly logFile: string;
}

/** The agent of this host as a process of `sonde up`; words instead where the host forbids it. */
export function upAgent(options: UpAgentOptions): StagedProcess | string {
  const obstacle = obstacleToRunning();
  if (obstacle !== undefined) return obstacle;
  const args = [
    'agent',
    ...['--config', join(options.config, 'agent.yaml')],
    ...set('extensions::file_storage::directory', options.state),
    ...set('exporters::otlp_grpc::endpoint', options.otlpGrpc),
    ...set('exporters::otlp_grpc::tls::insecure', 'true'),
    // The host's own metrics come from the gateway: they need no rights.
    ...set('service::pipelines::metrics::receivers', '[ebpf]'),
    ...ownTelemetrySets('service::telemetry', { otlp: options.otlpHttp }),
  ];
  return {
    name: 'agent',
    title: 'Agent',
    args,
    nodeArgs: AGENT_NODE_ARGS,
    environment: { ...AGENT_ENVIRONMENT, SONDE_AGENT_STATE: options.state },
    logFile: options.logFile,
  };
}
