import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Palette } from '../palette.js';
import type { HydrographModel } from './hydrograph-model.js';
import { hydrographOption } from './hydrograph-option.js';

use([CustomChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export interface MountedHydrograph {
  update(model: HydrographModel, palette: Palette): void;
  remove(): void;
}

/** Draws the hydrograph into an element and keeps it as wide as that. */
export function mountHydrograph(element: HTMLElement): MountedHydrograph {
  const chart = init(element, null, { renderer: 'svg' });
  let shown: { readonly model: HydrographModel; readonly palette: Palette } | null = null;
  const draw = (): void => {
    if (!shown) return;
    const look = { width: chart.getWidth(), height: chart.getHeight(), palette: shown.palette };
    chart.setOption(hydrographOption(shown.model, look), { notMerge: true });
    // A new drawing closes the tooltip; whoever is reading a value keeps it.
    if (pointer) chart.dispatchAction({ type: 'showTip', x: pointer.x, y: pointer.y });
  };
  let pointer: { readonly x: number; readonly y: number } | null = null;
  chart.getZr().on('mousemove', event => {
    pointer = { x: event.offsetX, y: event.offsetY };
  });
  chart.getZr().on('globalout', () => {
    pointer = null;
  });
  const observer = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
  observer.observe(element);
  return {
    update: (model, palette) => {
      shown = { model, palette };
      draw();
    },
    remove: () => {
      observer.disconnect();
      chart.dispose();
    },
  };
}
