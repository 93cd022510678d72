import { readFileSync, writeFileSync } from 'node:fs';
import { inWords } from '@tandem/config-files';

const SETTING = '/proc/sys/net/ipv4/vs/conn_reuse_mode';
/** Rescheduled only after TIME_WAIT, which IPVS sees with NAT alone. */
const KERNEL_DEFAULT = '1';
/** Rescheduled after FIN_WAIT too, the last that IPVS sees of a connection with DR and TUN. */
const WITH_DIRECT_ROUTING = '3';

/**
 * Makes the kernel choose a real server anew for a client's port that is used again. Otherwise it
 * goes where it went before for up to two minutes, with DR and TUN even to a server that is gone.
 * A setting that somebody changed is left alone.
 * @param log - told what was changed, or why not
 * @param setting - path of the sysctl
 * @see net.ipv4.vs.conn_reuse_mode in the kernel's Documentation/networking/ipvs-sysctl.rst
 */
export function rescheduleReusedPorts(
  log: (level: 'info' | 'warning', text: string) => void,
  setting: string = SETTING,
): void {
  try {
    if (readFileSync(setting, 'utf8').trim() !== KERNEL_DEFAULT) return;
    writeFileSync(setting, WITH_DIRECT_ROUTING);
    log('info', `net.ipv4.vs.conn_reuse_mode = ${WITH_DIRECT_ROUTING}, was ${KERNEL_DEFAULT}`);
  } catch (error) {
    log('warning', `net.ipv4.vs.conn_reuse_mode stays as it is: ${inWords(error)}`);
  }
}
