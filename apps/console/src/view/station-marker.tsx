import { LEVEL_MARKS } from '../level-mark.js';
import { wrapName, type Side } from '../map/place-labels.js';
import { hashOf } from '../route.js';
import type { StationStanding } from '../situation.js';
import { LevelGlyph } from './level-badge.js';

/** A station on the map: a link with its mark, its name and, for a reader of the screen, its standing in words. */
export function StationMarker(props: { readonly standing: StationStanding; readonly selected: boolean; readonly side: Side }) {
  const { station, worst, observed, blind } = props.standing;
  const classes = `marker label-${props.side}${props.selected ? ' is-selected' : ''}`;
  return (
    <a
      class={classes}
      href={hashOf({ station: station.id })}
      aria-label={`${station.name}: ${sayStanding(props.standing)}`}
      data-station={station.id}
      data-condition={worst}
    >
      <LevelGlyph
        condition={worst}
        hollow={observed !== worst && station.alert.observed !== worst}
        blind={blind}
        size={worst === 'below' ? 22 : 26}
      />
      <span class="marker-name">{wrapName(station.name)}</span>
    </a>
  );
}

/** "red forecast, orange observed" */
export function sayStanding({ observed, forecast, blind }: StationStanding): string {
  const seen = observed === null ? 'ungauged' : `${LEVEL_MARKS[observed].word.toLowerCase()} observed`;
  return `${LEVEL_MARKS[forecast].word.toLowerCase()} forecast, ${seen}${blind ? ', part of it without recent data' : ''}`;
}
