import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const CHROMIUM = process.env['FRESHET_CHROMIUM'] ?? '/usr/bin/chromium';

/** Absent, the browser tests are skipped and say so; in CI a skip is a failure. */
export const chromiumIsThere = (): boolean => existsSync(CHROMIUM);

/** WebGL 2 in software, nothing asked of the network. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--enable-unsafe-swiftshader'],
  });

export interface OpenedConsole {
  readonly page: Page;
  /** Errors and warnings of the page so far; what the software GL driver says of its own speed is not the page's. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' };
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Opens a page and collects what it complains about. */
export async function openConsole(browser: Browser, url: string, options: BrowserContextOptions = DESK): Promise<OpenedConsole> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('GL Driver Message')) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('requestfailed', request => complaints.push(`${request.url()} ${request.failure()?.errorText ?? ''}`));
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Waits until map and hydrograph are drawn: flags and elements, never a fixed time. */
export async function waitUntilDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => Reflect.get(globalThis, 'freshetMapIdle') === true);
  await page.waitForSelector('[data-test=hydrograph] svg path', { state: 'attached' });
}
