import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadDomain } from '#config';
import type { Browser, Page } from 'playwright-core';
import { CALM, FORECAST_STOPPED, GAUGE_SILENT, RISING } from './fixture-scene.js';
import { startFixtureServer, type FixtureServer } from './fixture-server.js';
import { CHROMIUM, chromiumIsThere, DESK, launchChromium, openConsole, PHONE, waitUntilDrawn, type OpenedConsole } from './open-console.js';

const there = chromiumIsThere();
if (!there) process.stderr.write(`browser tests skipped: no Chromium at ${CHROMIUM} (set FRESHET_CHROMIUM)\n`);

it('has a Chromium to drive wherever CI runs', () => {
  expect(there || process.env['CI'] === undefined).toBe(true);
});

(there ? describe : describe.skip)('the console in a browser', () => {
  const shots = mkdtempSync(join(tmpdir(), 'freshet-console-'));
  let browser: Browser;
  let server: FixtureServer;
  let opened: OpenedConsole | null = null;

  beforeAll(async () => {
    browser = await launchChromium();
    server = await startFixtureServer(await loadDomain('deploy/domains/cance'), RISING);
    process.stderr.write(`screenshots of the console: ${shots}\n`);
  }, 60_000);
  beforeEach(async () => {
    await opened?.close();
    opened = null;
    server.scene = RISING;
    server.down = false;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const open = async (hash = '', options = DESK): Promise<Page> => {
    opened = await openConsole(browser, `${server.url}/${hash}`, options);
    await waitUntilDrawn(opened.page);
    return opened.page;
  };
  const textOf = (page: Page, test: string): Promise<string> => page.locator(`[data-test=${test}]`).innerText();

  it('shows map, stations, hydrograph, alerts and ages of a rising flood without a complaint', async () => {
    const page = await open();
    await page.screenshot({ path: join(shots, 'rising-1440.png') });
    expect(await textOf(page, 'replay-banner')).toContain('REPLAY · EXERCISE');
    expect(await page.title()).toContain('REPLAY · EXERCISE');
    expect(await textOf(page, 'clock')).toContain('Tue 4 Nov 2014 13:24 UTC');
    expect(await textOf(page, 'headline')).toContain('Red forecast · Cance at Sarras');
    expect(await page.locator('.map .marker').count()).toBe(6);
    expect(await page.locator('.map .marker[data-station=V3515010]').getAttribute('data-condition')).toBe('orange');
    expect(await page.locator('[data-test=stations] tbody tr').count()).toBe(6);
    expect(await textOf(page, 'inputs')).toContain('Radar rain');
    expect(await textOf(page, 'feeds')).toMatch(/taken out as no rain: 58 cells of speckle\s/);
    expect(await textOf(page, 'feeds')).toMatch(/model\s+–\s+\? nothing yet/); // that it can be read is no news
    const chart = await page.locator('[data-test=hydrograph]').innerHTML();
    for (const words of ['Red 183', 'T0 13:15', 'now 13:24', '>12:15<', '>10:15<', '>07:15<']) expect(chart).toContain(words);
    expect(opened?.complaints).toEqual([]);
  }, 60_000);

  it('colours the map with what is seen: the marks stand where the stations are', async () => {
    const page = await open();
    const canvas = await page.locator('.map canvas').boundingBox();
    const mark = await page.locator('.map .marker[data-station=V3524010]').boundingBox();
    // The outlet is in the south-east of the basin.
    expect(mark!.x).toBeGreaterThan(canvas!.x + canvas!.width / 2);
    expect(mark!.y).toBeGreaterThan(canvas!.y + canvas!.height / 2);
  }, 60_000);

  it('follows a deep link, the table and the keyboard', async () => {
    const page = await open('#/station/V3517010');
    await page.waitForSelector('#station-name:has-text("Ternay gauge")');
    await page.locator('[data-test=stations] a', { hasText: 'Upper Cance' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#station-name:has-text("Upper Cance")');
    expect(page.url()).toContain('#/station/CANCE-V3');
    expect(await page.locator('.station-panel').innerText()).toContain('No gauge here: forecast only');
  }, 60_000);

  it('says when a deep link names no station and shows another', async () => {
    const page = await open('#/station/NOWHERE');
    expect(await page.locator('main [role=alert]').innerText()).toContain('There is no station “NOWHERE”');
    expect(opened?.complaints).toEqual([]);
  }, 60_000);

  it('reaches every control with the Tab key, markers included', async () => {
    const page = await open();
    const unseen = new Set(['.replay-controls', '.theme', '.headline', '.marker', '.stations', '.values', '.alert', 'footer']);
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press('Tab');
      for (const place of unseen) if ((await page.locator(`${place}:focus-within`).count()) > 0) unseen.delete(place);
    }
    expect([...unseen]).toEqual([]);
  }, 60_000);

  it('acknowledges a station’s alerts with the operator’s name, by keyboard alone', async () => {
    const page = await open();
    const card = page.locator('.alert').first();
    await card.locator('button.acknowledge').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('input[name=operator]:focus');
    await page.keyboard.type('M. Durand');
    await page.keyboard.press('Enter');
    await card.locator('[data-test=acknowledged]').waitFor();
    expect(await card.innerText()).toContain('Acknowledged by M. Durand at 13:24');
    expect(await card.locator('button').count()).toBe(0);
    expect(Object.keys(server.scene.acknowledged).sort()).toEqual(['cance/V3524010/Q/forecast/red', 'cance/V3524010/Q/observed/orange']);
  }, 60_000);

  it('keeps what is being typed while the page refreshes', async () => {
    const page = await open();
    await page.locator('.alert').nth(1).locator('button.acknowledge').click();
    await page.waitForSelector('input[name=operator]:focus');
    await page.keyboard.type('M. Dur');
    server.scene = { ...RISING, now: RISING.now + 60_000 };
    await page.waitForSelector('[data-test=clock]:has-text("13:25")');
    await page.keyboard.type('and');
    expect(await page.locator('input[name=operator]').inputValue()).toBe('M. Durand');
  }, 60_000);

  it('shows a silent gauge as unknown, says what it weakens, and never as good news', async () => {
    server.scene = GAUGE_SILENT;
    const page = await open('#/station/V3515010');
    await page.screenshot({ path: join(shots, 'gauge-silent-1440.png') });
    expect(await page.locator('[data-input=V3515010]').innerText()).toMatch(/4 h 24\s+\? silent/);
    expect(await page.locator('tr[data-station=V3515010]').innerText()).toContain('silent for 4 h 24');
    expect(await page.locator('.station-panel .tile').first().innerText()).toContain('Last observed');
    expect(await textOf(page, 'degradations')).toContain('Upper Déôme gauge is silent since 09:00 UTC');
    expect(await textOf(page, 'alerts')).toContain('Missing: Upper Déôme gauge');
  }, 60_000);

  it('says that silence is not safety when the forecast stopped on a quiet day', async () => {
    server.scene = FORECAST_STOPPED;
    const page = await open();
    await page.screenshot({ path: join(shots, 'forecast-stopped-1440.png') });
    expect(await textOf(page, 'headline')).toContain('No current forecast');
    expect(await textOf(page, 'headline')).toContain('Silence is not safety');
    expect(await page.locator('.map .marker[data-condition=unknown]').count()).toBe(6);
    expect(await textOf(page, 'alerts')).toContain('inputs are late or silent');
    expect(await page.locator('.station-panel').innerText()).toContain('! out of date');
  }, 60_000);

  it('stands without any forecast yet', async () => {
    server.scene = { ...CALM, issueTime: null };
    const page = await open();
    expect(await textOf(page, 'headline')).toContain('None has been issued yet');
    expect(await page.locator('.station-panel').innerText()).toContain('No forecast yet');
  }, 60_000);

  it('says a quiet day plainly, in the dark theme as well', async () => {
    server.scene = CALM;
    const page = await open('', { ...DESK, colorScheme: 'dark' });
    await page.screenshot({ path: join(shots, 'calm-dark-1440.png') });
    expect(await textOf(page, 'headline')).toContain('All 6 stations below yellow');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.locator('button.theme').click();
    await page.waitForFunction('document.documentElement.dataset.theme === "light"', null, { timeout: 5_000 });
    expect(opened?.complaints).toEqual([]);
  }, 60_000);

  it('pauses, resumes and changes the speed of a replay, and shows none of it live', async () => {
    const page = await open();
    await page.locator('[data-test=pause]').click();
    await page.waitForSelector('[data-test=pause]:has-text("Resume")');
    expect(server.scene.paused).toBe(true);
    await page.locator('.replay-controls select').selectOption({ label: '1 h/s' });
    await page.waitForFunction('document.querySelector(".replay-controls select").value === "60"');
    expect(server.scene.speed).toBe(60);
    server.scene = { ...RISING, runKind: 'scheduled' };
    await page.waitForSelector('.replay-controls', { state: 'detached' });
    await page.reload();
    await waitUntilDrawn(page);
    expect(await page.locator('[data-test=replay-banner]').count()).toBe(0);
  }, 60_000);

  it('says that the line is lost and how old the page is, and recovers', async () => {
    const page = await open();
    server.down = true;
    const banner = page.locator('[data-test=lost-banner]');
    await banner.waitFor({ timeout: 25_000 });
    expect(await banner.innerText()).toMatch(/CONNECTION LOST[\s\S]*What you see is as of 13:24 UTC/);
    expect(await page.locator('[data-test=stations] tbody tr').count()).toBe(6);
    await page.screenshot({ path: join(shots, 'lost-1440.png') });
    server.down = false;
    await banner.waitFor({ state: 'detached', timeout: 15_000 });
  }, 60_000);

  it('fits a phone: no sideways scroll, the banner stays in view', async () => {
    const page = await open('', PHONE);
    await page.screenshot({ path: join(shots, 'rising-390.png'), fullPage: true });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(widths).toEqual([390, 390]);
    await page.evaluate(() => {
      window.scrollTo(0, 1500);
    });
    expect((await page.locator('[data-test=replay-banner]').boundingBox())?.y).toBe(0);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.waitForFunction('document.documentElement.scrollWidth === 360');
    expect(opened?.complaints).toEqual([]);
  }, 60_000);

  it.each([600, 768, 900, 1024, 1180, 1440])(
    'scrolls nowhere sideways at %d px',
    async width => {
      const page = await open('', { viewport: { width, height: 900 } });
      await page.waitForFunction(`document.documentElement.scrollWidth === ${width}`, null, { timeout: 5_000 });
    },
    60_000,
  );

  it('shows the stations where the browser has no WebGL 2', async () => {
    opened = await openConsole(browser, 'about:blank');
    const { page } = opened;
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    await page.goto(server.url);
    await page.waitForSelector('[data-test=hydrograph] svg path', { state: 'attached' });
    expect(await textOf(page, 'no-map')).toContain('no WebGL 2');
    expect(await page.locator('[data-test=stations] tbody tr').count()).toBe(6);
  }, 60_000);
});
