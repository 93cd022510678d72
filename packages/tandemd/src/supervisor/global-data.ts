/** The section of global definitions, which each of keepalived's data files begins with. */
import type { GlobalSettings, MailSettings, NotifyFifoSettings } from '@tandem/config';
import { findAccount } from '@tandem/notify';
import { inSeconds, ZERO } from '@tandem/time';
import { scriptWords } from './dump-words.ts';

const FIFO_TITLES = { all: 'Global', vrrp: 'VRRP', lvs: 'LVS' } as const;

/**
 * @param global - in force
 * @returns what of it keepalived's dump has, in its order
 * @see keepalived(8) SIGUSR1
 */
export function formatGlobalData(global: GlobalSettings): string {
  const lines = [
    `Router ID = ${global.routerId}`,
    ...(global.mail === undefined ? [] : mailLines(global.mail)),
    ...timeoutLines(global),
    `LVS flush = ${global.lvsFlush}`,
    `LVS flush on stop = ${global.lvsFlushOnStop ? 'full' : 'disabled'}`,
    ...global.notifyFifos.flatMap(fifoLines),
    `FIFO write vrrp states on reload = ${global.fifoStatesOnReload}`,
    `VRRP IPv4 mcast group = ${global.multicastGroup4}`,
    `VRRP IPv6 mcast group = ${global.multicastGroup6}`,
    `Gratuitous ARP interval = ${inSeconds(global.garpInterval ?? ZERO).toFixed(6)}`,
    `Gratuitous NA interval = ${inSeconds(global.gnaInterval ?? ZERO).toFixed(6)}`,
    `Script security ${global.enableScriptSecurity ? 'enabled' : 'disabled'}`,
    ...(global.scriptUser === undefined
      ? []
      : [`Default script${accountWords(global.scriptUser)}`]),
    `no_checker_emails = ${Number(global.noCheckerEmails)}`,
  ];
  return `${['------< Global definitions >------', ...lines.map((line) => ` ${line}`)].join('\n')}\n`;
}

function mailLines(mail: MailSettings): string[] {
  return [
    `Smtp server = ${mail.host}`,
    `Smtp server port = ${mail.port}`,
    `Smtp HELO name = ${mail.heloName}`,
    `Smtp server connection timeout = ${inSeconds(mail.connectTimeout)}`,
    `Email notification from = ${mail.from}`,
    'Email notification to:',
    ...mail.to.map((address) => `  ${address}`),
  ];
}

function timeoutLines({ lvsTimeouts }: GlobalSettings): string[] {
  const { tcpSeconds = 0, tcpFinSeconds = 0, udpSeconds = 0 } = lvsTimeouts ?? {};
  const rows = [
    ['TCP', tcpSeconds],
    ['TCP FIN', tcpFinSeconds],
    ['UDP', udpSeconds],
  ] as const;
  return rows.flatMap(([what, value]) => (value === 0 ? [] : [`LVS ${what} timeout = ${value}`]));
}

function fifoLines({ hears, path, script, ...owner }: NotifyFifoSettings): string[] {
  const title = `${FIFO_TITLES[hears]} notify fifo`;
  const place = `${title} = ${path},${accountWords(owner)}`;
  if (script === undefined) return [place];
  const argv = [...script.argv, path];
  return [place, `${title} script = ${scriptWords({ argv })}`];
}

/** Numbers, as keepalived dumps accounts. */
function accountWords({
  user,
  group,
}: {
  readonly user?: string;
  readonly group?: string;
}): string {
  const { uid, gid } = findAccount(user ?? 'root', group) ?? { uid: '?', gid: '?' };
  return ` uid:gid ${uid}:${gid}`;
}
