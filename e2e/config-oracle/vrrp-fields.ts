/** Where a value stands in keepalived's dump, and where in our settings. */
import type { Settings } from '@tandem/config';

type Instance = Settings['vrrpInstances'][number];

/** One value that both have; both as the dump writes it. */
interface Field {
  readonly name: string;
  readonly theirs: (lines: readonly string[]) => string | undefined;
  readonly ours: (instance: Instance) => string | undefined;
}

const SCOPES: Readonly<Record<number, string>> = { 0: 'global', 253: 'link', 254: 'host' };

/** Every value of an instance that the dump has. */
export const FIELDS: readonly Field[] = [
  field('VRRP Version', ({ version }) => version),
  field('Interface', (instance) => instance.interface),
  field('Virtual Router ID', ({ virtualRouterId }) => virtualRouterId),
  field('Priority', ({ priority }) => priority),
  field('Advert interval', ({ version, advertisementInterval: ms }) =>
    version === 2 ? `${ms / 1000} sec` : `${ms} milli-sec`,
  ),
  field('Gratuitous ARP delay', ({ garp }) => garp.masterDelay / 1000),
  field('Gratuitous ARP repeat', ({ garp }) => garp.masterRepeat),
  field('Gratuitous ARP refresh', ({ garp }) => garp.masterRefresh / 1000),
  field('Gratuitous ARP refresh repeat', ({ garp }) => garp.masterRefreshRepeat),
  field('Gratuitous ARP lower priority delay', ({ garp }) => garp.lowerPriorityDelay / 1000),
  field('Gratuitous ARP lower priority repeat', ({ garp }) => garp.lowerPriorityRepeat),
  field('Down timer adverts', ({ downTimerAdverts }) => downTimerAdverts),
  field('Send advert after receive lower priority advert', (each) => !each.lowerPriorityNoAdvert),
  field(
    'Send advert after receive higher priority advert',
    (each) => each.higherPrioritySendAdvert,
  ),
  field('Preempt', ({ preempt }) => (preempt ? 'enabled' : 'disabled')),
  field('Preempt delay', ({ preemptDelay: ms }) => (ms === 0 ? undefined : `${ms / 1000} secs`)),
  field('Using smtp notification', ({ smtpAlert }) => (smtpAlert ? 'yes' : 'no')),
  field('Wantstate', ({ initialState }) => initialState),
  {
    name: 'password',
    theirs: (lines) => valueOf(lines, 'Password'),
    ours: ({ authentication }) => authentication?.password,
  },
  {
    name: 'tracking of the interface',
    theirs: (lines) => String(!lines.some((line) => line.includes('interface tracking disabled'))),
    ours: ({ trackPrimary }) => String(trackPrimary),
  },
  {
    name: 'multicast group',
    theirs: (lines) => /Multicast address (\S+)/.exec(lines.join('\n'))?.[1],
    ours: ({ multicastGroup }) => multicastGroup,
  },
  {
    name: 'addresses',
    theirs: (lines) =>
      lines
        .filter((line) => / dev .* scope /.test(line))
        .map((line) => line.trim().replace(/ preferred_lft .*| set$/, ''))
        .join('\n'),
    ours: ({ addresses, excludedAddresses }) =>
      [...addresses, ...excludedAddresses].map(formatAddress).join('\n'),
  },
  script('Master', ({ notify }) => notify.master),
  script('Stop', ({ notify }) => notify.stop),
  script('Generic', ({ notify }) => notify.any),
];

/**
 * @param dump - the lines of keepalived's dump
 * @returns the lines of each instance, by its name
 */
export function dumpedInstances(dump: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const instances = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of dump) {
    const name = /^ VRRP Instance = (.*)$/.exec(line)?.[1];
    if (name !== undefined) instances.set(name, (current = []));
    else if (line.startsWith('---')) current = undefined;
    else current?.push(line);
  }
  return instances;
}

function valueOf(lines: readonly string[], name: string): string | undefined {
  const start = `   ${name} = `;
  return lines.find((line) => line.startsWith(start))?.slice(start.length);
}

function field(
  name: string,
  ours: (instance: Instance) => string | number | boolean | undefined,
): Field {
  return {
    name,
    theirs: (lines) => valueOf(lines, name),
    ours(instance) {
      const value = ours(instance);
      return value === undefined ? undefined : String(value);
    },
  };
}

function script(
  state: string,
  ours: (instance: Instance) => { readonly argv: readonly string[] } | undefined,
): Field {
  return {
    name: `${state} script`,
    theirs: (lines) =>
      valueOf(lines, `${state} state transition script`)?.replace(/, uid:gid .*/, ''),
    ours: (instance) =>
      ours(instance)
        ?.argv.map((word) => `'${word}'`)
        .join(' '),
  };
}

function formatAddress({
  address,
  prefixLength,
  broadcast,
  device,
  scope,
  label,
}: Instance['addresses'][number]): string {
  const length = prefixLength === (address.includes(':') ? 128 : 32) ? '' : `/${prefixLength}`;
  const rest = [
    broadcast && `brd ${broadcast}`,
    `dev ${device}`,
    `scope ${SCOPES[scope]}`,
    label && `label ${label}`,
  ];
  return [`${address}${length}`, ...rest.filter(Boolean)].join(' ');
}
