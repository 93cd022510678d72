/** Files with many virtual servers, whose keywords are those that our daemon acts on. */
import { block, line, render, type Entry } from './entry.ts';
import { TARGETS } from './generator.ts';
import type { Random } from './random.ts';
import { sampleOf } from './samples.ts';

const SERVERS = 50;
/** The last ones listen on a group: where a group may come after them, they are read last. */
const GROUPS = 5;
const KEYWORDS_MAX = 10;
const CHECKERS = [
  'HTTP_GET',
  'SSL_GET',
  'TCP_CHECK',
  'SMTP_CHECK',
  'DNS_CHECK',
  'UDP_CHECK',
  'PING_CHECK',
  'MISC_CHECK',
  'FILE_CHECK',
];
const HTTP = new Set(['HTTP_GET', 'SSL_GET']);
/** Those that ask over the network. */
const ON_THE_BOX = new Set(['MISC_CHECK', 'FILE_CHECK']);

/** Values that leave the rest of the file as it is, where the usual ones do not. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['quorum_up', 'quorum_down', 'notify_up', 'notify_down'].map((keyword) => [
      keyword,
      ['/usr/bin/true', `"/usr/bin/printf 'a b' c"`, '/usr/bin/true root'],
    ]),
  ),
  // Every word turns them on.
  'virtual_server alpha': [''],
  'virtual_server omega': [''],
  'virtual_server inhibit_on_failure': [''],
  // An account after it is forgotten, which is a decision.
  misc_path: ['/usr/bin/true', `"/usr/bin/printf 'a b' c"`],
  bind_if: ['eth0'],
  // Without sense, both are left out.
  regex_min_offset: ['1', '9'],
  regex_max_offset: ['10', '100'],
  lvs_sync_daemon: ['eth0', 'eth0 id 5 maxlen 1000 port 8848 ttl 2 group 224.0.0.81'],
  // The sum of all is taken modulo 2^32, for the quorum.
  weight: ['0', '1', '2', '1000000'],
  // The highest counts as none.
  retry: ['1', '2', '100', '4294967294'],
  nb_get_retry: ['0', '3'],
  connect_timeout: ['0.000001', '0.25', '1', '10', '4294.967294'],
};

/** Keywords of global_defs that virtual servers depend on. */
const GLOBALS: ReadonlySet<string> = new Set(
  (
    'smtp_alert smtp_alert_checker checker_log_all_failures no_checker_emails lvs_flush ' +
    'lvs_flush_on_stop lvs_timeouts lvs_sync_daemon'
  ).split(' '),
);

/**
 * @param random - decides about everything
 * @returns a configuration
 */
export function checkerConfiguration(random: Random): string {
  const globals = keywords(['global_defs'], random).filter(({ text }) =>
    GLOBALS.has(text.split(' ')[0] ?? ''),
  );
  const entries: Entry[] = [
    {
      text: 'global_defs',
      children: [
        line('enable_script_security'),
        line('script_user root'),
        line('router_id box'),
        line('smtp_server 127.0.0.1'),
        line('notification_email_from box@example.org'),
        block('notification_email', 'a@example.org', 'b@example.org'),
        ...globals,
      ],
    },
    { text: 'track_file tf', children: [line('file /run/tf'), line('weight 3 reverse')] },
    ...Array.from({ length: GROUPS }, (_, i) => group(i, random)),
    ...Array.from({ length: SERVERS }, (_, i) => virtualServer(i, random)),
  ];
  return `${render(entries).join('\n')}\n`;
}

function group(i: number, random: Random): Entry {
  const address = `10.64.${i}`;
  const members = [
    `${address}.1 80`,
    `${address}.2-9 80`,
    `${address}.64/28 80`,
    `fwmark ${1000 + i} inet`,
    `${address}.10`,
  ];
  return block(`virtual_server_group G${i}`, `${address}.200 443`, ...random.some(members, 4));
}

function virtualServer(i: number, random: Random): Entry {
  const six = i < SERVERS - GROUPS && random.percent(30);
  const port = random.pick([80, 80, 443, 0]);
  const address = six ? `fd00::${i + 1}` : `10.0.${i}.1`;
  const head =
    i >= SERVERS - GROUPS
      ? `group G${SERVERS - 1 - i}`
      : random.percent(25)
        ? `fwmark ${i + 1}`
        : `${address} ${port}`;
  // A mask is one of IPv4, a length one of IPv6. A family that its servers do not have leaves none.
  const own = keywords(['virtual_server'], random).filter(({ text }) =>
    text.startsWith('persistence_granularity')
      ? text.includes('.') !== six
      : !(six && text.startsWith('sorry_server ')) &&
        (!text.startsWith('ip_family') || text.endsWith('6') === six),
  );
  return {
    text: `virtual_server ${head}`,
    children: [
      ...own,
      ...Array.from({ length: 1 + random.below(3) }, (_each, n) => realServer(n, six, random)),
    ],
  };
}

function realServer(n: number, six: boolean, random: Random): Entry {
  const port = random.pick(['80', '80', '443', '0', '']);
  return {
    text: `real_server ${six ? `fd00:1::${n + 1}` : `10.1.0.${n + 1}`} ${port}`.trim(),
    children: [
      // Without any weight there is no quorum to compare.
      ...keywords(['virtual_server', 'real_server'], random).filter(
        ({ text }) => n > 0 || text !== 'weight 0',
      ),
      ...Array.from({ length: random.below(3) }, () => checker(port, six, random)),
    ],
  };
}

function checker(port: string, six: boolean, random: Random): Entry {
  const text = random.pick(CHECKERS);
  const path = ['virtual_server', 'real_server', text];
  // Addresses of one family only.
  const own = keywords(path, random).filter(
    (each) => !/^(?:bindto|connect_ip) /.test(each.text) || each.text.includes(':') === six,
  );
  const urls = HTTP.has(text) ? 1 + random.below(2) : 0;
  return {
    text,
    children: [
      ...(Number(port) === 0 && !ON_THE_BOX.has(text) ? [line('connect_port 8080')] : []),
      ...needs(text, own),
      ...own,
      ...Array.from({ length: urls }, () => ({
        text: 'url',
        children: [line('path /'), ...keywords([...path, 'url'], random)],
      })),
    ],
  };
}

const NEEDS: Readonly<Record<string, string>> = {
  MISC_CHECK: 'misc_path /usr/bin/true',
  FILE_CHECK: 'track_file tf',
};

function needs(checker: string, own: readonly Entry[]): Entry[] {
  const need = NEEDS[checker];
  const [keyword = ''] = need?.split(' ') ?? [];
  if (need === undefined || own.some(({ text }) => text.startsWith(keyword))) return [];
  return [line(need)];
}

/** Some of the keywords of a block, in the order of its table. */
function keywords(blocks: readonly string[], random: Random): Entry[] {
  const targets = TARGETS.filter(
    (target) =>
      target.blocks.join(' ') === blocks.join(' ') && target.since === undefined && !target.isBlock,
  );
  return random.some(targets, KEYWORDS_MAX).map(({ keyword, form }) => {
    const block = blocks.at(-1) ?? '';
    const values =
      VALUES[`${block} ${keyword}`] ?? VALUES[keyword] ?? sampleOf(block, keyword, form).right;
    return line(`${keyword} ${random.pick(values)}`.trim());
  });
}
