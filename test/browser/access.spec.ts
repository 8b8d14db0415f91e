import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { RAIN_GAUGE, startFixtureApi, type FixtureApi } from '../setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { chromiumIsThere, launchChromium, openConsole, waitUntilDrawn, type OpenedConsole } from './open-console.js';

// console.spec.ts fails in CI where there is no Chromium
(chromiumIsThere() ? describe : describe.skip)('the console of a closed system, served by the API itself', () => {
  const shots = mkdtempSync(join(tmpdir(), 'freshet-access-'));
  let database: TestDatabase;
  let api: FixtureApi;
  let browser: Browser;
  let opened: OpenedConsole;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'closed', consoleFolder: 'dist/apps/console/public', rainGauges: [RAIN_GAUGE] });
    browser = await launchChromium();
    opened = await openConsole(browser, api.url);
    process.stderr.write(`screenshots of access: ${shots}\n`);
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

  it('takes a verdict on a rain gauge, from the list of inputs', async () => {
    const { page, complaints } = opened;
    await database.pool.query(
      `insert into rain_gauge values ('cance', 'RG1', '2014-11-04T14:00Z', 3600, 0, '2014-11-04T14:20Z', 12.4, 0, '', 'table'),
         ('cance', 'RG1', '2014-11-04T15:00Z', 3600, 0, '2014-11-04T15:20Z', 0, 3, 'BL', 'table')`,
    );
    await page.locator('[data-input=RG1] button').click();
    const panel = page.locator('[data-test=rain-gauge]');
    await panel.locator(':text("12.4 mm in 2 values of 48 h, 1 of them doubted or rejected.")').waitFor();
    expect(await panel.locator('[data-test=stretch]').innerText()).toMatch(/15:00 Doubtful: dry while the radar over it saw rain/);
    await panel.locator('input[name=reason]').fill('Funnel blocked, seen on site');
    await panel.locator('input[name=operator]').fill('M. Durand');
    await panel.screenshot({ path: join(shots, 'rain-gauge-form.png') });
    await page.keyboard.press('Enter');
    await panel.waitFor({ state: 'detached' });
    const { rows } = await database.pool.query('select station, variable, decision, to_time, reason from verdict');
    expect(rows).toEqual([{ station: 'RG1', variable: 'P', decision: 'reject', to_time: null, reason: 'Funnel blocked, seen on site' }]);
    await page.locator('[data-input=RG1] button').click();
    await panel.locator('[data-test=verdict]:has-text("Rejected after")').waitFor();
    await page.locator('.column-alerts').screenshot({ path: join(shots, 'rain-gauge.png') });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(complaints.filter(text => !text.includes('401'))).toEqual([]);
  }, 60_000);

  it('lets the operator act, remembers the key in this tab, and forgets it on request', async () => {
    const { page } = opened;
    await page.locator('[data-test=pause]').click();
    const acts = async (): Promise<unknown[]> => {
      const { rows } = await database.pool.query<{ caller_name: string; act: string }>(
        `select caller_name, act from operator_act where act like '%replay%'`,
      );
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
