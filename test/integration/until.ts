import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something holds; asks 20 times a second. @throws when it does not within `patienceMs` */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > patienceMs) throw new Error(`waited ${patienceMs} ms in vain`);
    await delay(50);
  }
}
