import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startFixtureApi, type FixtureApi } from '../setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { chromiumIsThere, launchChromium, openConsole, waitUntilDrawn, type OpenedConsole } from './open-console.js';

// console.spec.ts fails in CI where there is no Chromium
(chromiumIsThere() ? describe : describe.skip)('the console of a closed system, served by the API itself', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  let browser: Browser;
  let opened: OpenedConsole;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'closed', consoleFolder: 'dist/apps/console/public' });
    browser = await launchChromium();
    opened = await openConsole(browser, api.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await api.close();
    await database.close();
  });

  const enter = async (page: Page, key: string): Promise<void> => {
    await page.locator('input[name=key]').fill(key);
    await page.keyboard.press('Enter');
  };

  it('asks for a key, takes one that holds and shows everything under its own security policy', async () => {
    const { page, complaints } = opened;
    await page.waitForSelector('[data-test=sign-in]');
    expect(await page.locator('.map').count()).toBe(0);
    await enter(page, `${api.key.slice(0, -4)}AAAA`);
    await page.waitForSelector('[data-test=sign-in] [role=alert]:has-text("the key is not known")');
    await enter(page, api.key);
    await waitUntilDrawn(page);
    await page.waitForSelector('[data-test=line]:has-text("Live")'); // the stream carries the key as well
    expect(await page.locator('[data-test=who]').innerText()).toContain('Duty desk');
    // a refused request is logged by the browser itself; what its policy stops would be, too
    expect(complaints.filter(text => !text.includes('401'))).toEqual([]);
  }, 60_000);

  it('lets the operator act, remembers the key in this tab, and forgets it on request', async () => {
    const { page } = opened;
    await page.locator('[data-test=pause]').click();
    const acts = async (): Promise<unknown[]> => {
      const { rows } = await database.pool.query<{ caller_name: string; act: string }>('select caller_name, act from operator_act');
      return rows;
    };
    while ((await acts()).length === 0) await page.waitForTimeout(50);
    expect(await acts()).toEqual([{ caller_name: 'Duty desk', act: 'POST /v1/replay/pause' }]);
    await page.reload();
    await waitUntilDrawn(page);
    await page.locator('[data-test=who] button').click();
    await page.waitForSelector('[data-test=sign-in]');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.locator('.map').count()).toBe(0);
  }, 60_000);
});
