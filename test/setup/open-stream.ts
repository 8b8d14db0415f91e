import { StreamEvent } from '#contracts';

export interface Listener {
  next(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  close(): void;
}

/** Reads server-sent events, each held against its schema. */
export async function openStream(address: string, headers: Record<string, string> = {}): Promise<Listener> {
  const abort = new AbortController();
  const response = await fetch(address, { signal: abort.signal, headers: { accept: 'text/event-stream', ...headers } });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    next: async wanted => {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end === -1) {
          const { value, done } = await reader.read();
          if (done) throw new Error('the stream ended');
          text += value;
          continue;
        }
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data === undefined) continue;
        const event = StreamEvent.parse(JSON.parse(data));
        if (wanted(event)) return event;
      }
    },
    close: () => {
      abort.abort();
    },
  };
}
