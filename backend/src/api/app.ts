import { OpenAPIHono } from '@hono/zod-openapi';
import { trace } from '@opentelemetry/api';
import { bodyLimit } from '../http/body-limit.ts';
import { deadline } from '../http/deadline.ts';
import { gzipJson } from '../http/gzip.ts';
import { hostCheck } from '../http/host-check.ts';
import { requestSpan } from '../http/request-span.ts';
import { runningRequest } from '../http/running-request.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { serveWeb } from '../http/serve-web.ts';
import type { WebFiles } from '../http/web-files.ts';
import type { HttpLimits } from '../limits.ts';
import type { BackendLog } from '../log.ts';
import type { RetentionJob } from '../retention/retention-job.ts';
import type { StateStore } from '../state/index.ts';
import type { StatusOptions } from '../status/status.ts';
import type { StoreReader } from '../store-reader.ts';
import { addCoverage } from './coverage/routes.ts';
import { addDocs } from './docs.ts';
import type { Api, ApiEnv, Viewer } from './env.ts';
import { addLogs } from './logs/routes.ts';
import { addMapCalls } from './map/calls-routes.ts';
import { addMap } from './map/routes.ts';
import { addMetrics } from './metrics/routes.ts';
import { addOpenApi } from './openapi.ts';
import { addPatterns } from './patterns/routes.ts';
import { badRequest, failureResponse, toFailure } from './refuse.ts';
import { addRequests } from './requests/routes.ts';
import { addServices } from './services/routes.ts';
import { addSettings } from './settings/routes.ts';
import { addSenders, addStatus } from './status/routes.ts';
import { addStorage } from './storage/routes.ts';
import { addTraces } from './traces/routes.ts';
import { addUnserved } from './unserved.ts';
import { addViews } from './views/routes.ts';

export interface AppOptions {
  readonly store: StoreReader;
  readonly state: StateStore;
  readonly retention: RetentionJob;
  readonly status: StatusOptions;
  readonly viewer: Viewer;
  /** Host names besides localhost and addresses; undefined switches the check off. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly webFiles: WebFiles | undefined;
  readonly limits: HttpLimits;
  readonly log: BackendLog;
}

/** The whole HTTP application: what guards it, the API's areas, and the page for every other path. */
export function createApp(options: AppOptions): Api {
  const { version } = options.status;
  const app: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw badRequest(result.error);
    },
  });
  app.onError((error) => failureResponse(toFailure(error, options.log)));
  addGuards(app, options);
  addStatus(app, options.store, options.status);
  addSenders(app, options.store);
  addRequests(app, options.store);
  addServices(app, options.store);
  addCoverage(app, options.store);
  addTraces(app, options);
  addLogs(app, options.store);
  addMap(app, options.store, options.state);
  addMapCalls(app, options.store);
  addPatterns(app, options.store, options.state);
  addMetrics(app, options.store);
  addSettings(app, options.state);
  addViews(app, options.state);
  addStorage(app, options.retention);
  addOpenApi(app, version);
  addDocs(app, version);
  addUnserved(app);
  app.all('*', serveWeb(options.webFiles));
  return app;
}

function addGuards(app: Api, options: AppOptions): void {
  const { limits, viewer, allowedHosts } = options;
  app.use('*', securityHeaders());
  if (allowedHosts !== undefined) app.use('*', hostCheck(allowedHosts));
  app.use('/api/*', gzipJson(limits.gzipBytesMin));
  app.use('/api/*', requestSpan(trace.getTracer('@sonde/backend', options.status.version)));
  app.use('/api/*', deadline(limits.answerMsMax));
  app.use('/api/*', runningRequest());
  app.use('/api/*', bodyLimit(limits.bodyBytesMax));
  app.use('*', async (context, next) => {
    context.set('viewer', viewer);
    await next();
  });
  app.use('/api/*', async (context, next) => {
    await next();
    // Answers change with the data; an area that knows better has said so.
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });
}
