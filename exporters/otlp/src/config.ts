import { nullMeansDefaults, type SendingConfig, sendingFields } from '@sonde/pipeline';
import { type GrpcClientConfig, grpcClientFields } from '@sonde/pipeline/clients';
import { z } from 'zod';

export type OtlpGrpcConfig = GrpcClientConfig & SendingConfig;

/** `endpoint` is required; gzip and a timeout of 5 s an attempt are the defaults. */
export const otlpGrpcConfig: z.ZodType<OtlpGrpcConfig> = nullMeansDefaults(
  z.strictObject({ ...grpcClientFields(), ...sendingFields({ timeout: '5s' }) }),
);
