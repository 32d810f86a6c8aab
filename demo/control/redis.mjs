// Redis without files: carts and mails that wait.

/** `Child`'s recipe of the server. `part`: what `setupRedis` found. */
export function redisRecipe(part, { port, password, folder }) {
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    `dir ${folder}`,
    'maxmemory 48mb',
    'maxmemory-policy volatile-lru',
  ];
  const env = { ...process.env };
  if (part.libraries !== undefined) env.LD_LIBRARY_PATH = part.libraries;
  // By standard input: the password is in no list of processes.
  const input = `${lines.join('\n')}\n`;
  return { name: 'redis', command: part.program, args: ['-'], env, port, input, cwd: folder };
}

export function redisUrl({ port, password }) {
  return `redis://:${password}@127.0.0.1:${port}/0`;
}
