/**
 * The VIPs at every start of the box. A unit of systemd, because it works whoever cares for the
 * network: systemd-networkd leaves lo alone, ifupdown and NetworkManager may not be there, and
 * sysctl.d has no addresses. It comes before the network, so that nobody hears of the VIP meanwhile.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedAddress } from './state-file.ts';

/** Where systemd looks. */
export const UNIT_FOLDER = '/etc/systemd/system';

const NAME = 'tandem-realserver.service';
const WANTED_BY = 'network-pre.target.wants';

/**
 * Makes the unit, or takes it away where there is no persistent VIP.
 * @param folder - of units
 * @param program - words that start tandemctl
 */
export function writeBootUnit(
  folder: string,
  addresses: readonly AddedAddress[],
  program: readonly string[],
): void {
  const persistent = addresses.filter((each) => each.isPersistent);
  const file = join(folder, NAME);
  const link = join(folder, WANTED_BY, NAME);
  if (persistent.length === 0 && !existsSync(file)) return;
  rmSync(link, { force: true });
  if (persistent.length === 0) rmSync(file);
  else {
    mkdirSync(join(folder, WANTED_BY), { recursive: true });
    writeFileSync(file, formatUnit(persistent, program));
    symlinkSync(file, link);
  }
  const isSeen = folder === UNIT_FOLDER && existsSync('/run/systemd/system');
  if (isSeen) execFileSync('systemctl', ['daemon-reload']);
}

function formatUnit(addresses: readonly AddedAddress[], program: readonly string[]): string {
  const start = `ExecStart=${program.join(' ')} realserver add`;
  const lines = addresses.map((each) => `${start} ${each.address} --dev ${each.interface}\n`);
  return `# Made by tandemctl realserver add --persistent; remove takes it away.
[Unit]
Description=VIPs of a real server, without ARP
DefaultDependencies=no
After=systemd-sysctl.service local-fs.target
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
${lines.join('')}
[Install]
WantedBy=network-pre.target
`;
}
