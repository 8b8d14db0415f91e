/** Jest's globalTeardown of the integration lane. */
export default async function stopServices(): Promise<void> {
  await globalThis.freshetServices?.stop();
}
