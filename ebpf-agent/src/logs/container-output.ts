import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerInfo } from '../entities/containers/container-info.ts';

const PODS = '/var/log/pods';
/** Containers of a pod that have files at a time: after a restart another begins. */
const FILES_MAX = 5;

/** The files that a container's output is written to, newest last; none where nobody knows. */
export function containerOutput(info: ContainerInfo, rootPath: string): readonly string[] {
  const { logPath, pod } = info;
  if (logPath !== '' && !logPath.includes('://')) return [join(rootPath, logPath)];
  if (pod === undefined || !/^[\w.-]+$/.test(`${pod.namespace}${pod.name}${pod.container}`)) {
    return [];
  }
  const folder = join(PODS, `${pod.namespace}_${pod.name}_${pod.uid}`, pod.container);
  return logsIn(join(rootPath, folder)).slice(-FILES_MAX);
}

/** `0.log`, `1.log`: a number a start; rotated ones have more in their name. */
function logsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+\.log$/.test(name))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .map((name) => join(folder, name));
  } catch {
    // The pod is gone, or its node keeps its logs elsewhere.
    return [];
  }
}
