/**
 * The VIPs at every start of the box. A unit of systemd, because it works whoever cares for the
 * network: systemd-networkd leaves lo alone, ifupdown and NetworkManager may not be there, and
 * sysctl.d has no addresses. It comes before the network, so that nobody hears of the VIP meanwhile.
 * The unit itself is all that is known of persistent VIPs: it alone is there after a start.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseIp, type IpAddress } from '@tandem/inet';

/** Where systemd looks. */
export const UNIT_FOLDER = '/etc/systemd/system';

const NAME = 'tandem-realserver.service';
/** Everybody comes by it; network-pre.target is only reached where something else, such as a firewall, asks for it. */
const TARGET = 'sysinit.target';
const WANTS = `${TARGET}.wants`;
/** Where the link was once. */
const OLD_WANTS = 'network-pre.target.wants';

/** A VIP that is added at every start. */
export interface BootAddress {
  readonly address: IpAddress;
  readonly interface: string;
}

/**
 * @param folder - of units
 * @returns the VIPs of the unit, none where there is no unit
 */
export function readBootUnit(folder: string): readonly BootAddress[] {
  const file = join(folder, NAME);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').matchAll(
    /^ExecStart=.* realserver add (\S+) --dev (\S+)$/gm,
  );
  return [...lines].flatMap(([, vip = '', name = '']) => {
    const address = parseIp(vip);
    return address === undefined ? [] : [{ address, interface: name }];
  });
}

/**
 * Makes the unit, or takes it away where there is no persistent VIP.
 * @param folder - of units
 * @param addresses - all of them
 * @param program - words that start tandemctl
 */
export function writeBootUnit(
  folder: string,
  addresses: readonly BootAddress[],
  program: readonly string[],
): void {
  const file = join(folder, NAME);
  const link = join(folder, WANTS, NAME);
  for (const each of [link, join(folder, OLD_WANTS, NAME)]) rmSync(each, { force: true });
  if (addresses.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(join(folder, WANTS), { recursive: true });
  writeFileSync(`${file}.new`, formatUnit(addresses, program));
  renameSync(`${file}.new`, file);
  symlinkSync(file, link);
}

function formatUnit(addresses: readonly BootAddress[], program: readonly string[]): string {
  const start = `ExecStart=${program.map(quote).join(' ')} realserver add`;
  const lines = addresses.map((each) => `${start} ${each.address} --dev ${each.interface}\n`);
  return `# Made by tandemctl realserver add --persistent; remove takes it away.
[Unit]
Description=VIPs of a real server, without ARP
DefaultDependencies=no
After=systemd-sysctl.service local-fs.target
Before=network-pre.target ${TARGET} shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
${lines.join('')}
[Install]
WantedBy=${TARGET}
`;
}

/** @see systemd.service(5) COMMAND LINES */
function quote(word: string): string {
  const text = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w/.:%$+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
