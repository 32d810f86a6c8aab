import {
  encoding,
  LOG_RECEIVER,
  type LogReceiverConfig,
  type MultilineFields,
  multiline,
  type OperatorSpec,
  SYSLOG,
  type SyslogConfig,
  splitterProblem,
  syslogParser,
  syslogProblems,
  type TextEncoding,
} from '@sonde/log-operators';
import {
  byteSize,
  duration,
  type Endpoint,
  endpoint,
  nullMeansDefaults,
  refuseMeaning,
  refuseReading,
  type ServerTlsConfig,
  serverTls,
} from '@sonde/pipeline';
import { z } from 'zod';
import { CONNECTIONS_MAX, LOG_BYTES_MAX, LOG_BYTES_MIN } from './limits.ts';

interface InputConfig {
  readonly listen_address: Endpoint;
  readonly add_attributes: boolean;
  readonly one_log_per_packet: boolean;
  readonly encoding: TextEncoding;
  readonly multiline: MultilineFields;
  readonly preserve_leading_whitespaces: boolean;
  readonly preserve_trailing_whitespaces: boolean;
}

export interface TcpConfig extends InputConfig {
  /** Bytes. */
  readonly max_log_size: number;
  readonly tls?: ServerTlsConfig | undefined;
  readonly max_connections: number;
  /** Milliseconds; 0 for never. */
  readonly connection_idle_timeout: number;
}

export interface SyslogReceiverConfig extends LogReceiverConfig, SyslogConfig {
  readonly tcp?: TcpConfig | undefined;
  readonly udp?: InputConfig | undefined;
  /** What reads each message, made of the keys beside `tcp` and `udp`. */
  readonly parser: OperatorSpec;
}

const INPUT = {
  listen_address: endpoint(),
  add_attributes: z.boolean().default(false),
  one_log_per_packet: z.boolean().default(false),
  encoding: encoding(),
  multiline: multiline(),
  preserve_leading_whitespaces: z.boolean().default(false),
  preserve_trailing_whitespaces: z.boolean().default(false),
};

const tcp = z
  .strictObject({
    ...INPUT,
    max_log_size: byteSize('1MiB'),
    tls: serverTls().optional(),
    max_connections: z.int().nonnegative().default(0),
    connection_idle_timeout: duration('0s'),
  })
  .superRefine((config, context) => {
    const { max_log_size: size, max_connections: connections } = config;
    if (size < LOG_BYTES_MIN || size > LOG_BYTES_MAX) {
      refuseMeaning(context, {
        text: `invalid value for parameter 'max_log_size', must be equal to or greater than ${LOG_BYTES_MIN} bytes`,
        hint: `and at most ${LOG_BYTES_MAX} bytes`,
      });
    }
    if (connections > CONNECTIONS_MAX) {
      refuseMeaning(context, { text: `\`max_connections\` must be at most ${CONNECTIONS_MAX}` });
    }
    checkSplitter(config, context);
  });

const udp = z
  .strictObject({
    ...INPUT,
    async: z
      .unknown()
      .transform((value, context): undefined => {
        if (value === undefined || value === null) return undefined;
        refuseReading(context, { text: 'is not supported', hint: 'packets are always queued' });
        return z.NEVER;
      })
      .optional(),
  })
  .superRefine(checkSplitter);

type Context = Parameters<typeof refuseMeaning>[0];

function checkSplitter(config: InputConfig, context: Context): void {
  const problem = splitterProblem(config);
  if (problem !== undefined) refuseMeaning(context, { text: problem, path: ['multiline'] });
}

const fields = z.strictObject({
  ...LOG_RECEIVER,
  ...SYSLOG,
  on_error: z.string().default('send'),
  tcp: tcp.optional(),
  udp: udp.optional(),
});

type Fields = z.output<typeof fields>;

/** Upstream's configuration, with its defaults and texts. */
export const syslogConfig: z.ZodType<SyslogReceiverConfig> = nullMeansDefaults(
  fields
    .superRefine((config, context) => {
      for (const text of problems(config)) refuseMeaning(context, { text });
    })
    .transform((config, context): SyslogReceiverConfig => {
      const parsed = syslogParser.schema.safeParse(parserFields(config));
      if (parsed.success) return { ...config, parser: parsed.data };
      for (const issue of parsed.error.issues) context.addIssue({ ...issue });
      return z.NEVER;
    }),
);

function problems(config: Fields): readonly string[] {
  const found = [...syslogProblems(config)];
  if (config.tcp === undefined && config.udp === undefined) {
    found.push('need tcp config or udp config');
  }
  const framed =
    config.enable_octet_counting || config.non_transparent_framing_trailer !== undefined;
  if (config.udp !== undefined && framed) {
    found.push('octet_counting and non_transparent_framing is not compatible with UDP');
  }
  return found;
}

function parserFields(config: Fields): Record<string, unknown> {
  const { protocol, location, on_error, allow_skip_pri_header, max_octets } = config;
  const trailer = config.non_transparent_framing_trailer;
  return {
    type: 'syslog_parser',
    protocol,
    location,
    on_error,
    allow_skip_pri_header,
    max_octets,
    enable_octet_counting: config.enable_octet_counting,
    ...(trailer === undefined ? {} : { non_transparent_framing_trailer: trailer }),
  };
}
