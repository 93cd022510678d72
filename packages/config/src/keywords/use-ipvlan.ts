import { parsePrefix } from '@tandem/inet';
import type { IpvlanSettings } from '@tandem/vrrp';
import { oneOf, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, optional, type Form } from '../form.ts';
import { readForm } from '../read-form.ts';
import { newInterfaceName, prefixed } from './forms.ts';

/** What use_ipvlan says. */
export interface IpvlanDraft extends IpvlanSettings {
  readonly name?: string;
}

type Mode = IpvlanSettings['mode'];

const MODES: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['bridge', 'bridge'],
  ['private', 'private'],
  ['vepa', 'vepa'],
]);

const WORDS = form({
  name: optional(notAMode(newInterfaceName())),
  address: optional(wholePrefix(prefixed())),
  mode: optional(oneOf(MODES)),
});

/** `[NAME] [ADDRESS[/LENGTH]] [bridge|private|vepa]`. */
export const USE_IPVLAN: Form = WORDS;

/**
 * Reads use_ipvlan.
 * @see keepalived.conf(5) use_ipvlan
 */
export function readIpvlan(call: Call): IpvlanDraft {
  const { name, address: text, mode = 'bridge' } = readForm(WORDS, call.arguments, call) ?? {};
  const prefix = text === undefined ? undefined : parsePrefix(text);
  return {
    ...(name === undefined ? {} : { name }),
    mode,
    ...(prefix && { address: { address: prefix.address, prefixLength: prefix.length } }),
  };
}

/** An interface may be called so, but not here. */
function notAMode(name: Argument<string>): Argument<string> {
  const except = `^(?!(?:${[...MODES.keys()].join('|')})$)`;
  const pattern = String(name.schema['pattern']).replace('^', except);
  return {
    ...name,
    schema: { ...name.schema, pattern },
    read: (text) =>
      MODES.has(text)
        ? { ok: false, code: 'INVALID_NAME', limit: 'another name than that of a mode' }
        : name.read(text),
  };
}

function wholePrefix(address: Argument<string>): Argument<string> {
  return {
    ...address,
    read: (text) =>
      parsePrefix(text) === undefined
        ? { ok: false, code: 'INVALID_ADDRESS', limit: address.limit }
        : { ok: true, value: text },
  };
}
