/** Where values of pages, scripts and datagrams of checkers stand in keepalived's dump. */
import type { ConfigurationDocument } from '@tandem/config';
import type { PlacedCheck } from './checker-fields.ts';
import { commandText, field, match, present, yesNo, type Field } from './field.ts';
import { blocksOf, textOf } from './said.ts';

type Check = PlacedCheck['check'];
type Http = Extract<Check, { urls: unknown }>;
type Url = Http['urls'][number];

/** @returns whether it asks for pages */
export function isHttp(check: Check): check is Http {
  return 'urls' in check;
}

/** HTTP_GET and SSL_GET. */
export const HTTP_FIELDS: readonly Field<PlacedCheck>[] = [
  {
    name: 'virtualhost',
    // It is not shown again where it is inherited.
    theirs: (lines, { check, inherited }) =>
      lines.first(/^ {3}Virtualhost = (.*)/) ?? (isHttp(check) ? inherited : undefined),
    ours: ({ check }) => (isHttp(check) ? check.virtualhost : undefined),
  },
  match('enable_sni', /^ {3}Enable SNI (.*)/, ({ check }) =>
    isHttp(check) ? set(check.enableSni) : undefined,
  ),
  match('fast_recovery', /^ {3}Fast recovery (.*)/, ({ check }) =>
    isHttp(check) ? set(check.fastRecovery) : undefined,
  ),
  {
    name: 'pages',
    theirs: (lines) =>
      lines
        .all(
          /^ {3} *(Checked url = .*|digest = .*|Virtual host = .*|Regex(?: =| no| min| stack).*|[0-9-]+)$/,
        )
        .join('\n'),
    ours: ({ check, said }) =>
      isHttp(check)
        ? check.urls.map((url, i) => formatPage(url, blocksOf(said['url'])[i] ?? {})).join('\n')
        : '',
  },
];

/** MISC_CHECK. */
export const MISC_FIELDS: readonly Field<PlacedCheck>[] = [
  {
    name: 'script and its account',
    theirs(lines) {
      const [script, account] = [lines.valueOf('script'), lines.valueOf('uid:gid')];
      return script && `${script}, uid:gid ${account}`;
    },
    ours: ({ check }) => (check.type === 'MISC_CHECK' ? commandText(check.command) : undefined),
  },
  {
    name: 'timeout of the script',
    theirs(lines, { check }) {
      const shown = lines.first(/^ {3}timeout = (.*)/);
      return shown === '0' ? String(check.delayLoop / 1000) : shown;
    },
    ours: ({ check }) => (check.type === 'MISC_CHECK' ? String(check.timeout / 1000) : undefined),
  },
  field('dynamic', ({ check }) =>
    check.type === 'MISC_CHECK' ? (check.dynamic ? 'YES' : 'NO') : undefined,
  ),
];

/** UDP_CHECK and DNS_CHECK. */
export const DATAGRAM_FIELDS: readonly Field<PlacedCheck>[] = [
  field('Type', ({ check }) => (check.type === 'DNS_CHECK' ? check.recordType : undefined)),
  field('Name', ({ check, said }) => {
    if (check.type !== 'DNS_CHECK') return undefined;
    return said['name'] === undefined ? '' : check.name;
  }),
  field('Payload len', ({ check, said }) =>
    check.type === 'UDP_CHECK' && said['payload'] !== undefined
      ? check.payload.length / 2
      : undefined,
  ),
  present(
    /^ {3}Payload specified = no$/,
    ({ check, said }) => check.type === 'UDP_CHECK' && said['payload'] === undefined,
  ),
  field('Require reply', ({ check }) =>
    check.type === 'UDP_CHECK' ? (check.reply === undefined ? 'no' : 'yes') : undefined,
  ),
  reply('Min reply length', ({ lengthMin = 0 }) => lengthMin),
  reply('Max reply length', ({ lengthMax = 255 }) => lengthMax),
  reply('Reply data len', ({ bytes }) => bytes.length / 2),
  reply('Reply data mask', ({ bytes, mask }) =>
    bytes === '' ? undefined : yesNo(/[^f]/.test(mask)),
  ),
];

type Reply = NonNullable<Extract<Check, { type: 'UDP_CHECK' }>['reply']>;

function reply(
  name: string,
  ours: (reply: Reply) => string | number | undefined,
): Field<PlacedCheck> {
  return field(`  ${name}`, ({ check }) =>
    check.type === 'UDP_CHECK' && check.reply !== undefined ? ours(check.reply) : undefined,
  );
}

function set(value: boolean): string {
  return value ? 'set' : 'unset';
}

function formatPage(page: Url, said: ConfigurationDocument): string {
  const { path, digest, statusCodes, virtualhost, regex } = page;
  const codes = statusCodes.length > 0 ? statusCodes : [{ first: 200, last: 299 }];
  return [
    `Checked url = ${path}`,
    digest && `digest = ${digest}`,
    ...merged(codes).map(({ first, last }) => (first === last ? first : `${first}-${last}`)),
    virtualhost && `Virtual host = ${virtualhost}`,
    ...(regex === undefined ? [] : formatRegex(regex, said)),
  ]
    .filter((each) => each !== undefined)
    .join('\n');
}

/** The pattern as it is before it is translated. */
function formatRegex(
  { noMatch, offsetMin, offsetMax }: NonNullable<Url['regex']>,
  { regex, regex_stack: stack }: ConfigurationDocument,
): (string | undefined)[] {
  const { start, max } = (stack ?? {}) as ConfigurationDocument;
  const isLimited = offsetMin > 0 || offsetMax !== undefined;
  const highest = offsetMax === undefined ? '' : `, max_offset = ${offsetMax}`;
  return [
    `Regex = "${textOf(regex)?.replaceAll('\\\\', '\\')}"`,
    noMatch ? 'Regex no match' : undefined,
    isLimited ? `Regex min offset = ${offsetMin}${highest}` : undefined,
    stack === undefined ? undefined : `Regex stack start ${textOf(start)}, max ${textOf(max)}`,
  ];
}

type Ranges = readonly { readonly first: number; readonly last: number }[];

/** Status codes in ascending order, those that touch as one. */
function merged(ranges: Ranges): Ranges {
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before === undefined || first > before.last + 1) result.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return result;
}
