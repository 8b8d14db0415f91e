/** What a station, an alert or a value is worst at. `unknown`: nothing recent enough to say; never shown as good news. */
export type Condition = 'unknown' | 'below' | 'yellow' | 'orange' | 'red';

export type ThemeName = 'light' | 'dark';

/** Colours by role. Levels differ in luminance as well as in hue, and never speak alone: a shape and a letter go with them. */
export interface Palette {
  readonly page: string;
  readonly panel: string;
  readonly raised: string;
  readonly line: string;
  readonly ink: string;
  readonly quiet: string;
  readonly accent: string;
  readonly focus: string;
  readonly warn: string;
  readonly warnGround: string;
  readonly yellow: string;
  readonly orange: string;
  readonly red: string;
  readonly below: string;
  readonly unknown: string;
  readonly onYellow: string;
  readonly onOrange: string;
  readonly onRed: string;
  readonly onBelow: string;
  readonly forecast: string;
  readonly band50: string;
  readonly band90: string;
  readonly observed: string;
  readonly earlier: string;
  readonly rain: string;
  readonly missing: string;
  readonly future: string;
  readonly river: string;
  readonly cell: string;
  readonly cellLine: string;
}

export const PALETTES: Readonly<Record<ThemeName, Palette>> = Object.freeze({
  light: {
    page: '#eef1f4',
    panel: '#ffffff',
    raised: '#f5f7f9',
    line: '#d3dae1',
    ink: '#14202b',
    quiet: '#526170',
    accent: '#0b5cad',
    focus: '#0b5cad',
    warn: '#7a4b00',
    warnGround: '#fff1d1',
    yellow: '#f6c728',
    orange: '#e8730c',
    red: '#b10f2e',
    below: '#2f6f8f',
    unknown: '#8a96a3',
    onYellow: '#231a00',
    onOrange: '#1f0d00',
    onRed: '#ffffff',
    onBelow: '#ffffff',
    forecast: '#0b5cad',
    band50: 'rgba(11,92,173,0.30)',
    band90: 'rgba(11,92,173,0.14)',
    observed: '#14202b',
    earlier: '#7b8794',
    rain: '#2f7fb8',
    missing: 'rgba(138,150,163,0.28)',
    future: 'rgba(20,32,43,0.035)',
    river: '#4f97c9',
    cell: '#e3e9ec',
    cellLine: '#cfd8de',
  },
  dark: {
    page: '#0c1218',
    panel: '#131c25',
    raised: '#1a2530',
    line: '#2b3947',
    ink: '#e8eef4',
    quiet: '#9fb0bf',
    accent: '#72b7ff',
    focus: '#9fd0ff',
    warn: '#ffd58a',
    warnGround: '#3a2b0c',
    yellow: '#ffd84a',
    orange: '#ff8a2b',
    red: '#e5304f',
    below: '#4d9dc2',
    unknown: '#8494a3',
    onYellow: '#231a00',
    onOrange: '#1f0d00',
    onRed: '#ffffff',
    onBelow: '#06141c',
    forecast: '#72b7ff',
    band50: 'rgba(114,183,255,0.34)',
    band90: 'rgba(114,183,255,0.16)',
    observed: '#f2f6fa',
    earlier: '#93a3b3',
    rain: '#5fb3e8',
    missing: 'rgba(132,148,163,0.28)',
    future: 'rgba(255,255,255,0.035)',
    river: '#3f86b8',
    cell: '#1b2731',
    cellLine: '#273643',
  },
});
