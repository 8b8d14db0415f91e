import { hashOf } from '../route.js';
import type { Headline } from '../situation.js';
import { LevelGlyph } from './level-badge.js';

/** The sentence read first: how bad, where, by when. */
export function HeadlineBar({ headline }: { readonly headline: Headline }) {
  const words = (
    <>
      <strong>{headline.title}</strong>
      <span>{headline.detail}</span>
    </>
  );
  return (
    <section class={`headline is-${headline.condition}`} aria-live="polite" aria-label="Situation" data-test="headline">
      <LevelGlyph condition={headline.condition} size={40} />
      {headline.station ? <a href={hashOf({ station: headline.station })}>{words}</a> : <div>{words}</div>}
      {headline.countdown && (
        <p class="countdown">
          <b>{headline.countdown.value}</b> {headline.countdown.caption}
        </p>
      )}
    </section>
  );
}
