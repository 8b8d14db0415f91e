import { rmSync } from 'node:fs';

/** Jest's globalTeardown. */
export default async function stopDatabase(): Promise<void> {
  const running = globalThis.freshetTestDatabase;
  if (!running) return;
  await running.database.stop();
  rmSync(running.folder, { recursive: true, force: true });
}
