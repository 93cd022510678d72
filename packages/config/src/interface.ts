import type { Call } from './call.ts';
import type { Word } from './words.ts';

/** Where and how it is said. */
type Options = NonNullable<Parameters<Call['complain']>[2]>;

/**
 * Complains about an interface that the box does not have.
 * @param options - unless it may come; `until` says what becomes of it until it is there
 */
export function complainUnknownInterface(
  name: string,
  call: Call,
  { until = '', ...options }: Options & { readonly until?: string },
): void {
  if (call.session.box.hasInterface(name)) return;
  if (call.session.dynamicInterfaces) {
    const { at } = options;
    const message = `interface ${name} doesn't exist; it is used when it comes`;
    call.complain('UNKNOWN_INTERFACE', message, { at, severity: 'note' });
  } else {
    call.complain('UNKNOWN_INTERFACE', `interface ${name} doesn't exist${until}`, options);
  }
}

/** Complains about names of interfaces that the box does not have. */
export function complainUnknownInterfaces(names: readonly Word[], call: Call): void {
  for (const name of names) complainUnknownInterface(name.text, call, { at: name });
}
