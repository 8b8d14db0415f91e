import { PALETTES, type ThemeName } from './palette.js';

/** Hands the palette to the stylesheet, so that page, map and chart take their colours from one place. */
export function applyTheme(theme: ThemeName): void {
  const root = document.documentElement;
  root.dataset['theme'] = theme;
  root.style.colorScheme = theme;
  for (const [name, colour] of Object.entries(PALETTES[theme])) root.style.setProperty(`--${name}`, String(colour));
}
