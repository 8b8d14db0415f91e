import { basin } from './basin.js';
import { buildDashboard } from './build-dashboard.js';
import { cycles } from './cycles.js';
import { feeds } from './feeds.js';
import type { DashboardText } from './panel.js';
import { platform } from './platform.js';
import { situation } from './situation.js';
import { skill } from './skill.js';

export const DASHBOARDS: readonly DashboardText[] = [situation, basin, feeds, cycles, skill, platform];

/** Every generated file under deploy/grafana by its path there. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map(DASHBOARDS.map(text => [`dashboards/${text.uid}.json`, `${JSON.stringify(buildDashboard(text), null, 2)}\n`]));
