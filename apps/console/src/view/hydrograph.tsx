import { useEffect, useRef } from 'preact/hooks';
import type { HydrographModel } from '../charts/hydrograph-model.js';
import { EARLIER_DASHES } from '../charts/earlier-series.js';
import type { MountedHydrograph } from '../charts/mount-hydrograph.js';
import { formatDay, formatStamp } from '../format.js';
import type { Palette } from '../palette.js';

export interface HydrographProps {
  readonly model: HydrographModel;
  readonly palette: Palette;
  readonly summary: string;
}

/** The chart and the key to it. */
export function Hydrograph({ model, palette, summary }: HydrographProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<MountedHydrograph | null>(null);
  const latest = useRef({ model, palette });
  latest.current = { model, palette };
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let gone = false;
    void import('../charts/mount-hydrograph.js').then(({ mountHydrograph }) => {
      if (gone) return;
      chart.current = mountHydrograph(element);
      chart.current.update(latest.current.model, latest.current.palette);
    });
    return () => {
      gone = true;
      chart.current?.remove();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.update(model, palette);
  }, [model, palette]);
  return (
    <figure class="hydrograph">
      <div ref={host} class="chart" role="img" aria-label={summary} data-test="hydrograph" />
      <HydrographKey model={model} />
    </figure>
  );
}

function HydrographKey({ model }: { readonly model: HydrographModel }) {
  const reference = model.issueTime ?? model.now;
  const above = model.thresholds.length > 0 && model.issueTime === null;
  return (
    <figcaption class="key">
      <span class="key-observed">observed</span>
      {model.observed.some(one => one.doubtful) && <span class="key-doubtful">doubtful</span>}
      <span class="key-forecast">forecast (median)</span>
      <span class="key-band50">50 %</span>
      <span class="key-band90">90 %</span>
      {model.earlier.map((one, index) => (
        <span key={one.issueTime} class="key-earlier">
          <svg width="30" height="10" aria-hidden="true">
            <line x1="0" x2="30" y1="6" y2="6" stroke-dasharray={EARLIER_DASHES[index]?.join(' ')} />
          </svg>
          issued {formatStamp(one.issueTime, reference)}
        </span>
      ))}
      <span class="key-rain">rain received</span>
      <span class="key-assumed">rain assumed</span>
      <span class="key-zone">Times in UTC{above ? '' : `, T0 on ${formatDay(reference)}`}</span>
    </figcaption>
  );
}
