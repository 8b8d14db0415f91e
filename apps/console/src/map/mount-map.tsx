import type { BasinMap } from '#contracts';
import { Map as MapView, Marker, NavigationControl } from 'maplibre-gl';
import { render } from 'preact';
import type { Palette } from '../palette.js';
import type { StationStanding } from '../situation.js';
import { StationMarker } from '../view/station-marker.js';
import { basinStyle } from './basin-style.js';
import { placeLabels, wrapName, type LabelPoint, type Side } from './place-labels.js';

export interface MountedMap {
  update(view: MapContents): void;
  remove(): void;
}

export interface MapContents {
  readonly map: BasinMap;
  readonly palette: Palette;
  readonly standings: readonly StationStanding[];
  readonly selected: string | null;
}

declare global {
  interface Window {
    /** Set once every layer of the map is drawn; the browser tests wait for it. */
    freshetMapIdle?: boolean;
  }
}

/** Rough width of a character of the labels, px: enough to keep them apart. */
const CHARACTER_PX = 7;
const LINE_PX = 14;

/** Draws the basin. Stations are links of the page, not of the canvas: they take the keyboard's focus and a screen reader's. */
export function mountMap(element: HTMLElement, first: MapContents): MountedMap {
  const view = createView(element, first);
  const markers = new Map<string, HTMLElement>();
  let shown = first;
  let sides: ReadonlyMap<string, Side> = new Map();
  const draw = (): void => {
    for (const standing of shown.standings) drawMarker(markerOf(view, markers, standing), standing, { selected: shown.selected, sides });
  };
  const place = (): void => {
    sides = placeLabels(
      shown.standings.map(standing => labelPoint(view, standing)),
      { width: element.clientWidth, height: element.clientHeight },
    );
    draw();
  };
  view.on('moveend', place);
  view.once('idle', () => {
    place();
    window.freshetMapIdle = true;
  });
  place();
  return {
    update: contents => {
      if (contents.palette !== shown.palette || contents.map !== shown.map) view.setStyle(basinStyle(contents.map, contents.palette));
      shown = contents;
      draw();
    },
    remove: () => {
      for (const held of markers.values()) render(null, held);
      view.remove();
    },
  };
}

function labelPoint(view: MapView, { station }: StationStanding): LabelPoint {
  const { x, y } = view.project([station.longitude, station.latitude]);
  const lines = wrapName(station.name).split('\n');
  const labelWidth = Math.max(...lines.map(line => line.length)) * CHARACTER_PX;
  return { id: station.id, x, y, labelWidth, labelHeight: lines.length * LINE_PX };
}

interface MarkerLook {
  readonly selected: string | null;
  readonly sides: ReadonlyMap<string, Side>;
}

function drawMarker(element: HTMLElement, standing: StationStanding, { selected, sides }: MarkerLook): void {
  const { id } = standing.station;
  element.style.zIndex = id === selected ? '3' : '2';
  render(<StationMarker standing={standing} selected={id === selected} side={sides.get(id) ?? 'right'} />, element);
}

function createView(element: HTMLElement, contents: MapContents): MapView {
  const bounds = boundsOf(contents.map);
  const view = new MapView({
    container: element,
    style: basinStyle(contents.map, contents.palette),
    bounds,
    fitBoundsOptions: { padding: 26 },
    attributionControl: false,
    fadeDuration: 0,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 14,
    // On a phone one finger scrolls the page and two move the map.
    cooperativeGestures: window.matchMedia('(pointer: coarse)').matches,
  });
  view.touchZoomRotate.disableRotation();
  view.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  new ResizeObserver(() => view.fitBounds(bounds, { padding: 26, duration: 0 })).observe(element);
  return view;
}

function boundsOf(map: BasinMap): [number, number, number, number] {
  const positions = map.outline.geometry.coordinates.flat(2);
  const longitudes = positions.map(position => position[0] ?? 0);
  const latitudes = positions.map(position => position[1] ?? 0);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

function markerOf(view: MapView, markers: Map<string, HTMLElement>, { station }: StationStanding): HTMLElement {
  const held = markers.get(station.id);
  if (held) return held;
  const element = document.createElement('div');
  new Marker({ element }).setLngLat([station.longitude, station.latitude]).addTo(view);
  // MapLibre names every marker "Map marker" and makes it an image; the link inside says more.
  for (const attribute of ['aria-label', 'role', 'tabindex']) element.removeAttribute(attribute);
  markers.set(station.id, element);
  return element;
}
