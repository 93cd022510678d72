// Sends malformed adverts on eth0. Arguments: seed, how many, pause between ten of them in ms.
import { setTimeout as delay } from 'node:timers/promises';
import { constants, interfaceIndex, RawSocket } from '@tandem/raw-socket';
import { malformedAdverts } from './malformed-advert.ts';

const [seed, count, pauseMs] = process.argv.slice(2).map(Number);
const AT_ONCE = 10;

const index = interfaceIndex('eth0');
if (index === undefined) throw new Error('no eth0');
const { AF_PACKET, SOCK_DGRAM, ETH_P_IP } = constants;
// Protocol 0 sends only; below the kernel's IP, any header can be sent.
const socket = RawSocket.open({ domain: AF_PACKET, type: SOCK_DGRAM, protocol: 0 });
const messages = malformedAdverts(seed ?? 0, count ?? 0).map(({ group, packet }) => ({
  data: packet,
  destination: {
    family: 'packet' as const,
    interfaceIndex: index,
    protocol: ETH_P_IP,
    hardwareAddress: multicastMac(group),
  },
}));
for (let sent = 0; sent < messages.length; sent += AT_ONCE) {
  const batch = messages.slice(sent, sent + AT_ONCE);
  const taken = socket.send(batch);
  if (taken !== batch.length) throw new Error(`the kernel took ${taken} of ${batch.length}`);
  await delay(pauseMs);
}
socket.close();

/** @see RFC 1112 §6.4 */
function multicastMac(group: string): Uint8Array {
  const [, second = 0, third = 0, fourth = 0] = group.split('.').map(Number);
  return Uint8Array.of(0x01, 0x00, 0x5e, second & 0x7f, third, fourth);
}
