import { Fault } from '#errors';
import type { ReplayClock } from '#runtime';
import type { Ground } from './lay-ground.js';

/** The role api is not part of Freshet yet. @throws Fault COMMAND_INVALID */
export function startApi(_ground: Ground, _replay: ReplayClock | null): Promise<string> {
  return Promise.reject(new Fault('COMMAND_INVALID', 'this Freshet has no API yet; leave the role api out'));
}
