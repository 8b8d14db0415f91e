import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

type InputAttribute = 'name' | 'autoComplete' | 'required' | 'maxLength' | 'value' | 'pattern' | 'title';

export interface FieldProps extends Pick<JSX.IntrinsicElements['input'], InputAttribute> {
  readonly label: string;
  /** Is the first to be typed into. */
  readonly focused?: boolean;
  readonly onValue: (value: string) => void;
}

/** A line of text with its label. */
export function Field({ label, focused = false, onValue, ...input }: FieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (focused) field.current?.focus();
  }, []);
  return (
    <label>
      {label}
      <input
        {...input}
        ref={field}
        onInput={event => {
          onValue(event.currentTarget.value);
        }}
      />
    </label>
  );
}
