/** Stands above everything, on every page, as long as what is shown is not the present. */
export function ReplayBanner({ marker }: { readonly marker: string | null }) {
  if (!marker) return null;
  return (
    <div class="banner replay-banner" role="note" data-test="replay-banner">
      <strong>{marker}</strong>
      <span>The past played back. Not the present, not for action.</span>
    </div>
  );
}

/** Said loudly as soon as the server stops answering. */
export function LostBanner({ sentence }: { readonly sentence: string | null }) {
  if (sentence === null) return null;
  return (
    <div class="banner lost-banner" role="alert" data-test="lost-banner">
      <strong>CONNECTION LOST</strong>
      <span>{sentence}</span>
    </div>
  );
}

/** What the server refused, until it is closed. */
export function Notice({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  if (text === '') return null;
  return (
    <div class="banner notice" role="alert">
      <span>{text}</span>
      <button type="button" class="plain" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
