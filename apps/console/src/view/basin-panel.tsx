import { useEffect, useRef } from 'preact/hooks';
import type { MapContents, MountedMap } from '../map/mount-map.js';
import { LevelGlyph } from './level-badge.js';

/** The basin, its rivers and stations, with the key to the marks. */
export function BasinPanel({ contents }: { readonly contents: MapContents }) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<MountedMap | null>(null);
  const latest = useRef(contents);
  latest.current = contents;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let gone = false;
    void import('../map/mount-map.js').then(({ mountMap }) => {
      if (!gone) view.current = mountMap(element, latest.current);
    });
    return () => {
      gone = true;
      view.current?.remove();
      view.current = null;
    };
  }, []);
  useEffect(() => {
    view.current?.update(contents);
  }, [contents]);
  return (
    <section class="panel basin-panel" aria-label="Basin map">
      <div ref={host} class="map" data-test="map" />
      <MapKey />
    </section>
  );
}

function MapKey() {
  return (
    <ul class="map-key" aria-label="Key to the marks">
      <li>
        <LevelGlyph condition="red" size={15} /> red
      </li>
      <li>
        <LevelGlyph condition="orange" size={15} /> orange
      </li>
      <li>
        <LevelGlyph condition="yellow" size={15} /> yellow
      </li>
      <li>
        <LevelGlyph condition="below" size={15} /> below
      </li>
      <li>
        <LevelGlyph condition="unknown" size={15} blind /> unknown
      </li>
      <li>
        <LevelGlyph condition="red" size={15} hollow /> hollow: forecast only
      </li>
    </ul>
  );
}
