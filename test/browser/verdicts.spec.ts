import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadCance } from '../setup/flood-fixture.js';
import { GAUGE_SILENT, RISING } from './fixture-scene.js';
import { startFixtureServer, type FixtureServer } from './fixture-server.js';
import { chromiumIsThere, DESK, launchChromium, openConsole, PHONE, waitUntilDrawn, type OpenedConsole } from './open-console.js';

(chromiumIsThere() ? describe : describe.skip)('verdicts of operators in a browser', () => {
  const shots = mkdtempSync(join(tmpdir(), 'freshet-verdicts-'));
  let browser: Browser;
  let server: FixtureServer;
  let opened: OpenedConsole | null = null;
  beforeAll(async () => {
    browser = await launchChromium();
    server = await startFixtureServer(await loadCance(), RISING);
    process.stderr.write(`screenshots of verdicts: ${shots}\n`);
  }, 60_000);
  beforeEach(async () => {
    await opened?.close();
    opened = null;
    server.scene = RISING;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const open = async (station = 'V3524010', options: BrowserContextOptions = DESK): Promise<Page> => {
    opened = await openConsole(browser, `${server.url}/#/station/${station}`, options);
    await waitUntilDrawn(opened.page);
    return opened.page;
  };
  const quality = (page: Page) => page.locator('[data-test=quality]');
  const shoot = async (page: Page, name: string) => {
    await quality(page).screenshot({ path: join(shots, `${name}-panel.png`) });
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };

  it('lists what the checks doubt, takes a verdict with a name and a reason, shows it and takes it back', async () => {
    const page = await open();
    expect(await quality(page).locator('[data-test=stretch]').first().innerText()).toMatch(/04:00 Doubtful: a spike/);
    await quality(page).locator('[data-test=stretch] button').first().click();
    expect(await page.locator('input[name=from]').inputValue()).toBe('2014-11-04 03:59');
    expect(await page.locator('input[name=to]').inputValue()).toBe('2014-11-04 04:00');
    expect(await page.locator('input[name=reason]:focus').count()).toBe(1);
    await page.keyboard.type('The rise is true, seen on site');
    await page.locator('input[name=operator]').fill('M. Durand');
    await shoot(page, 'form-1440');
    await page.keyboard.press('Enter');
    await page.locator('[data-test=verdict]').waitFor();
    expect(server.scene.verdicts[0]).toMatchObject({
      from: '2014-11-04T03:59:00Z',
      to: '2014-11-04T04:00:00Z',
      decision: 'trust',
      by: 'M. Durand',
    });
    expect(await quality(page).locator('[data-test=verdict]').innerText()).toMatch(
      /Trusted after 03:59 to 04:00: “The rise is true, seen on site” M. Durand, 13:24/,
    );
    expect(await quality(page).locator('[data-test=stretch]').first().innerText()).toContain('Trusted by an operator; the checks: a spike');
    await shoot(page, 'trusted-1440');
    await page.locator('[data-test=verdict] button').click();
    await page.keyboard.type('It was debris');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-test=verdict]:has-text("Left to the checks")');
    expect(await quality(page).locator('[data-test=stretch]').first().innerText()).toContain('Doubtful: a spike');
    expect(opened?.complaints).toEqual([]);
  }, 60_000);

  it('rejects what is to come until further notice, and Escape leaves the form', async () => {
    const page = await open();
    await page.locator('.quality > button').click();
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-test=verdict-form]').count()).toBe(0);
    await page.locator('.quality > button').click();
    await page.locator('input[name=operator]').fill('M. Durand');
    await page.locator('input[name=reason]').fill('Gauge is being replaced');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-test=verdict]:has-text("Rejected after 12:24 until further notice")');
    expect(server.scene.verdicts[0]).toMatchObject({ to: null, decision: 'reject' });
  }, 60_000);

  it('says that nothing is doubted, and has nothing to say of a station without a gauge', async () => {
    const page = await open('V3517010');
    expect(await quality(page).innerText()).toContain('The checks doubt none of the values shown.');
    await page.goto(`${server.url}/#/station/CANCE-V1`);
    await page.waitForSelector('#station-name:has-text("Cance below")');
    expect(await quality(page).count()).toBe(0);
  }, 60_000);

  it('says of the forecast how old each of its inputs was at the cut-off', async () => {
    server.scene = GAUGE_SILENT;
    const page = await open();
    await page.locator('[data-test=forecast-inputs] summary').click();
    const rows = await page.locator('[data-test=forecast-inputs] tbody tr').allInnerTexts();
    expect(await page.locator('[data-test=rain-adjustment]').innerText()).toMatch(
      /^Radar rain is multiplied by 1\.31, by 3 .*\(90 % from 1\.12 to 1\.53\)\.$/,
    );
    expect(rows.map(row => row.split(/\s*\t\s*/))).toEqual([
      ['Radar rain', '13:00', '19 min'],
      ['Cance at Sarras', '12:00', '1 h 19'],
      ['Upper Déôme gauge', '09:00', '4 h 19'],
      ['Ternay gauge', '12:00', '1 h 19'],
    ]);
    await page.locator('[data-test=forecast-inputs]').screenshot({ path: join(shots, 'inputs-1440.png') });
  }, 60_000);

  it('fits a phone, with targets a thumb can hit', async () => {
    const page = await open('V3524010', PHONE);
    await quality(page).locator('[data-test=stretch] button').first().click();
    await shoot(page, 'form-390');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.waitForFunction('document.documentElement.scrollWidth === 360');
    for (const button of await quality(page).locator('button').all())
      expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(28);
  }, 60_000);
});
