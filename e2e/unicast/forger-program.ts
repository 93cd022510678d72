// Hears signed adverts of one virtual router on eth0 and sends, for each: the same once more, one
// that was changed to priority 255, and one of priority 255 that is not signed. Arguments: VRID,
// for how many milliseconds.
import { setTimeout as delay } from 'node:timers/promises';
import { constants, interfaceIndex, RawSocket } from '@tandem/raw-socket';
import {
  decodeIpv4Packet,
  encodeIpv4Packet,
  TRAILER_LENGTH,
  VRRP_PROTOCOL,
  writeChecksum,
} from '@tandem/vrrp';

const [vrid, forMs = 0] = process.argv.slice(2).map(Number);
const PRIORITY_AT = 2;

const index = interfaceIndex('eth0');
if (index === undefined) throw new Error('no eth0');
const { AF_PACKET, SOCK_DGRAM, ETH_P_IP } = constants;
const protocol = ((ETH_P_IP & 0xff) << 8) | (ETH_P_IP >> 8);
const socket = RawSocket.open({ domain: AF_PACKET, type: SOCK_DGRAM, protocol });
const forged = new Set<string>();
socket.receive({
  messages(batch) {
    for (const { data } of batch) {
      const packet = decodeIpv4Packet(data);
      if (!packet.ok || data[9] !== VRRP_PROTOCOL || packet.value.body[1] !== vrid) continue;
      forge(data.slice(), packet.value);
    }
  },
  error(error) {
    throw error;
  },
});
await delay(forMs);
socket.close();
process.stdout.write(`${forged.size}\n`);

function forge(
  whole: Uint8Array,
  packet: Extract<ReturnType<typeof decodeIpv4Packet>, { ok: true }>['value'],
): void {
  const key = Buffer.from(packet.body).toString('hex');
  if (forged.has(key)) return;
  forged.add(key);
  const changed = packet.body.slice();
  changed[PRIORITY_AT] = 255;
  const bare = changed.slice(0, -TRAILER_LENGTH);
  for (const body of [changed, bare]) writeChecksum(body, packet);
  const packets = [whole, ...[changed, bare].map((body) => encodeIpv4Packet(packet, body))];
  const group = Number(packet.destination.split('.').at(-1));
  const hardwareAddress = Uint8Array.of(0x01, 0x00, 0x5e, 0, 0, group);
  const destination = {
    family: 'packet' as const,
    interfaceIndex: index ?? 0,
    protocol: ETH_P_IP,
    hardwareAddress,
  };
  socket.send(packets.map((data) => ({ data, destination })));
}
