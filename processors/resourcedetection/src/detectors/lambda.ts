import { type DetectedAttributes, enabledOf, NOTHING, type Surroundings } from '../detector.ts';

export interface LambdaSettings {
  readonly enabled: ReadonlySet<string>;
}

/** A function of AWS Lambda, by the environment that its runtime has. */
export async function detectLambda(
  { env, logger, failOnMissing }: Surroundings,
  { enabled }: LambdaSettings,
): Promise<DetectedAttributes> {
  const name = env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  if (name === '') {
    const reason = 'AWS_LAMBDA_FUNCTION_NAME env var not set';
    if (failOnMissing) throw new Error(`lambda metadata unavailable: ${reason}`);
    logger.debug('Unable to identify AWS Lambda environment');
    return NOTHING;
  }
  const { AWS_LAMBDA_LOG_GROUP_NAME: group, AWS_LAMBDA_LOG_STREAM_NAME: stream } = env;
  const found = {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_lambda',
    'cloud.region': env['AWS_REGION'],
    'faas.name': name,
    'faas.version': env['AWS_LAMBDA_FUNCTION_VERSION'],
    'faas.instance': stream,
    'faas.max_memory': env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    'aws.log.group.names': group === undefined ? undefined : [group],
    'aws.log.stream.names': stream === undefined ? undefined : [stream],
  };
  return enabledOf(found, enabled);
}
