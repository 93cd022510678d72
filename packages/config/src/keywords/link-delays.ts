/** How long changes of links must last to count. */
import { inSeconds, ZERO } from '@tandem/time';
import { longestLinkDelay, type LinkDelays, type VrrpInstanceSettings } from '@tandem/vrrp';
import { decimalSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { listEntries } from '../composer.ts';
import { form, NOTHING, optional } from '../form.ts';
import { listGrammar, type Keyword } from '../grammar.ts';
import { complainUnknownInterfaces } from '../interface.ts';
import { readForm } from '../read-form.ts';
import type { GlobalSettings } from '../settings.ts';
import type { Word } from '../words.ts';

/** What interface_up_down_delays says, by interface. */
export interface LinkDelaysDraft {
  readonly linkDelays: Map<string, { readonly delays: LinkDelays; complain: Complaint }>;
}

/** Says what is wrong with a line. */
type Complaint = (message: string) => void;

const SECONDS = decimalSeconds({ min: 0, max: 255 });
const ENTRY = form({ interface: word(), down: optional(SECONDS), up: optional(SECONDS) });

/** Its row in the keyword table of the root. */
export const LINK_DELAYS_ROW: Keyword<LinkDelaysDraft> = {
  kind: 'block',
  keyword: 'interface_up_down_delays',
  form: NOTHING,
  grammar: listGrammar('interface_up_down_delays', ENTRY),
  apply: applyLinkDelays,
  doc: 'How long a change of the link of an interface must last to count, when it goes down and when it comes up; without UP as DOWN. At most a little less than one advert interval below the time that a backup waits.',
};

function applyLinkDelays(draft: LinkDelaysDraft, call: Call): void {
  for (const words of listEntries(call)) addEntry(draft, call, words);
}

function addEntry({ linkDelays }: LinkDelaysDraft, call: Call, words: readonly Word[]): void {
  complainUnknownInterfaces(words.slice(0, 1), call);
  const { interface: name, down = ZERO, up = down } = readForm(ENTRY, words, call) ?? {};
  if (name === undefined) return;
  linkDelays.set(name, {
    delays: { interface: name, down, up },
    complain(message) {
      call.complain('NUMBER_OUT_OF_RANGE', message, {
        at: words[1],
        severity: 'warning',
        hint: 'choose shorter delays, or a longer advert_int',
      });
    },
  });
}

/**
 * @param draft - of the whole configuration
 * @param instances - all of it
 * @returns what is wanted; the daemon keeps to what its instances allow
 */
export function finishLinkDelays(
  { linkDelays }: LinkDelaysDraft,
  instances: readonly VrrpInstanceSettings[],
): Pick<GlobalSettings, 'linkDelays'> {
  for (const instance of instances) {
    const { delays, complain } = linkDelays.get(instance.interface) ?? {};
    const limit = longestLinkDelay(instance, instance.advertisementInterval);
    if (delays === undefined || Math.max(delays.down, delays.up) <= limit) continue;
    complain?.(
      `the delays of ${instance.interface} are too long for vrrp_instance ${instance.name}, ` +
        `which does not hear adverts meanwhile; ${Number(inSeconds(limit).toFixed(6))} s is used`,
    );
  }
  if (linkDelays.size === 0) return {};
  return { linkDelays: [...linkDelays.values()].map(({ delays }) => delays) };
}
