import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, epochMs } from '#hydrology';
import { createApiKey } from '#store';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startFixtureApi, type FixtureApi } from '../setup/fixture-api.js';
import { disturbInputs, reanalyse } from '../setup/late-fixture.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { DESK, PHONE, chromiumIsThere, launchChromium, openConsole, waitUntilDrawn, type OpenedConsole } from './open-console.js';

const NOTE = 'calling the mayor of Sarras';

// console.spec.ts fails in CI where there is no Chromium
(chromiumIsThere() ? describe : describe.skip)('what late values changed and who did what, in the console', () => {
  const shots = mkdtempSync(join(tmpdir(), 'freshet-records-'));
  let database: TestDatabase;
  let api: FixtureApi;
  let browser: Browser;
  let opened: OpenedConsole | null = null;
  beforeAll(async () => {
    process.stderr.write(`screenshots of the console: ${shots}\n`);
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'closed', consoleFolder: 'dist/apps/console/public' });
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await browser.close();
    await api.close();
    await database.close();
  });

  const open = async (key: string, options: BrowserContextOptions = DESK): Promise<Page> => {
    await opened?.close();
    opened = await openConsole(browser, api.url, options);
    const { page } = opened;
    await page.locator('input[name=key]').fill(key);
    await page.keyboard.press('Enter');
    await waitUntilDrawn(page);
    return page;
  };
  const shoot = (page: Page, name: string) => page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  /** On a phone the page is long: only what is looked at. */
  const shootPanel = (page: Page, panel: string, name: string) =>
    page.locator(`[data-test=${panel}]`).screenshot({ path: join(shots, `${name}.png`) });
  const fits = async (page: Page, width: number): Promise<void> => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  };

  it('says that everything came on time, and what did not once something did not', async () => {
    const page = await open(api.key);
    const panel = page.locator('[data-test=late-values]');
    await panel.locator('[data-test=outcome]').waitFor();
    expect(await panel.innerText()).toContain('Everything came on time and nothing was corrected.');
    await disturbInputs(database.pool);
    await page.reload();
    await panel.locator('[data-input=V3517010]').waitFor();
    expect(await panel.locator('[data-input=V3517010]').innerText()).toMatch(/Ternay gauge\s+1 late, 1 h 35 after its time/);
    expect(await panel.locator('[data-input=V3524010]').innerText()).toContain('1 corrected, by 7.50 m³/s');
    expect(await panel.locator('[data-test=outcome]').innerText()).toContain('is not known');
  }, 60_000);

  it('shows the alerts that would have been and those that would not', async () => {
    const { warned, spared } = await reanalyse(database.pool);
    const page = await open(api.key);
    const alert = (station: string) => page.locator(`[data-test=late-values] li[data-alert$="${station}:Q:forecast:yellow"]`);
    await alert(warned).waitFor();
    expect(await alert(warned).innerText()).toMatch(/as it was\s+none of this\s+on time\s+pending 15:04, raised 15:19/);
    expect(await alert(spared).innerText()).toMatch(/as it was\s+pending 15:04, raised 15:19\s+on time\s+none of this/);
    await shoot(page, 'late-values-1440');
    await fits(page, 1440);
    await alert(warned).locator('a').click();
    await page.waitForURL(`**/#/station/${warned}`);
    const phone = await open(api.key, PHONE);
    await alert(spared)
      .waitFor({ timeout: 5_000 })
      .catch(() => undefined);
    await phone.locator('[data-test=late-values] li').first().waitFor();
    await shootPanel(phone, 'late-values', 'late-values-390');
    await fits(phone, 390);
  }, 60_000);

  it('shows an operator who did what, when and why, and how it ended', async () => {
    const page = await open(api.key);
    await page.locator('[data-test=pause]').click();
    const acts = page.locator('[data-test=acts]');
    await acts.locator('summary').click();
    await acts.locator('tbody tr').first().waitFor();
    expect(await acts.locator('tbody tr').first().innerText()).toMatch(
      /\d\d:\d\d\s+\w{3} \d+ \w{3} 20\d\d\s+Duty desk\s+from .*127\.0\.0\.1\s+paused the replay\s+✓ done/,
    );
    const body = JSON.stringify({ operator: 'M. Durand', note: NOTE });
    const headers = { 'x-api-key': api.key, 'content-type': 'application/json' };
    const refused = await fetch(`${api.url}/v1/alerts/replay:cance:V3524010:Q:forecast:red/acknowledge`, { method: 'POST', headers, body });
    expect(refused.status).toBe(404); // nothing weighs the alerts here: there is none
    await page.reload();
    await waitUntilDrawn(page);
    await acts.locator('summary').click();
    const act = acts.locator('tr[data-outcome=refused]');
    await act.waitFor();
    for (const words of ['M. Durand (Duty desk)', 'acknowledged red forecast V3524010', NOTE, '✕ refused: alert not found']) {
      expect(await act.innerText()).toContain(words);
    }
    await shoot(page, 'acts-1440');
    await fits(page, 1440);
    const phone = await open(api.key, PHONE);
    await phone.locator('[data-test=acts] summary').click();
    await phone.locator('[data-test=acts] tbody tr').first().waitFor();
    await shootPanel(phone, 'acts', 'acts-390');
    await fits(phone, 390);
    expect(opened!.complaints.filter(text => !text.includes('401'))).toEqual([]);
  }, 60_000);

  it('reads further back on request', async () => {
    const headers = { 'x-api-key': api.key };
    for (let k = 0; k < 25; k++) await fetch(`${api.url}/v1/replay/resume`, { method: 'POST', headers });
    const page = await open(api.key);
    const acts = page.locator('[data-test=acts]');
    await acts.locator('summary').click();
    await acts.locator('tbody tr').nth(19).waitFor();
    expect(await acts.locator('tbody tr').count()).toBe(20);
    await acts.locator('button', { hasText: 'Earlier acts' }).click();
    await acts.locator('tbody tr').nth(26).waitFor();
    expect(await acts.locator('tbody tr').count()).toBe(27);
    expect(await acts.locator('tbody tr').last().innerText()).toContain('paused the replay');
  }, 60_000);

  it('shows no record of acts to who may only read', async () => {
    const now = epochMs(Date.now());
    const wanted = { name: 'Rail', scope: 'partner' as const, createdAt: now, expiresAt: epochMs(now + DAY_MS) };
    const page = await open((await createApiKey(database.pool, wanted)).secret);
    await page.locator('[data-test=late-values] li').first().waitFor();
    expect(await page.locator('[data-test=acts]').count()).toBe(0);
  }, 60_000);
});
