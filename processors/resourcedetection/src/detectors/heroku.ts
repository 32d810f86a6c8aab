import { type DetectedAttributes, enabledOf, type Surroundings } from '../detector.ts';

export interface HerokuSettings {
  readonly enabled: ReadonlySet<string>;
}

/** A dyno of Heroku, by what its dyno metadata put into the environment. */
export async function detectHeroku(
  { env, logger, failOnMissing }: Surroundings,
  { enabled }: HerokuSettings,
): Promise<DetectedAttributes> {
  const { HEROKU_DYNO_ID: dyno, HEROKU_APP_ID: app } = env;
  if (dyno === undefined && app === undefined) {
    const reason = 'HEROKU_DYNO_ID and HEROKU_APP_ID env vars not set';
    if (failOnMissing) throw new Error(`heroku metadata unavailable: ${reason}`);
    logger.debug('Heroku metadata is missing. Please check metadata is enabled.');
  }
  const found = {
    'service.instance.id': dyno,
    'heroku.app.id': app,
    'cloud.provider': app === undefined ? undefined : 'heroku',
    'service.name': env['HEROKU_APP_NAME'],
    'heroku.release.creation_timestamp': env['HEROKU_RELEASE_CREATED_AT'],
    'service.version': env['HEROKU_RELEASE_VERSION'],
    'heroku.release.commit': env['HEROKU_SLUG_COMMIT'],
  };
  return enabledOf(found, enabled);
}
