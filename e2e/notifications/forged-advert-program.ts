// Sends one version 3 advert on eth0. Arguments: source, virtual router, priority, virtual address;
// any more: its checksum is wrong.
import { internetChecksum, ipBytes, parseIp } from '@tandem/inet';
import { constants, interfaceIndex, RawSocket } from '@tandem/raw-socket';

const [source = '', virtualRouterId, priority, virtualAddress = '', fault] = process.argv.slice(2);
const GROUP = '224.0.0.18';
const GROUP_MAC = Uint8Array.of(0x01, 0x00, 0x5e, 0, 0, 18);
const VRRP = 112;
const INTERVAL_CENTISECONDS = 10;

const index = interfaceIndex('eth0');
if (index === undefined) throw new Error('no eth0');
const { AF_PACKET, SOCK_DGRAM, ETH_P_IP } = constants;
const socket = RawSocket.open({ domain: AF_PACKET, type: SOCK_DGRAM, protocol: 0 });
const destination = {
  family: 'packet' as const,
  interfaceIndex: index,
  protocol: ETH_P_IP,
  hardwareAddress: GROUP_MAC,
};
const body = advert();
if (socket.send([{ data: join(header(body.length), body), destination }]) !== 1)
  throw new Error('the kernel did not take it');
socket.close();

/** @see RFC 9568 §5.2 */
function advert(): Uint8Array {
  const bytes = join(
    Uint8Array.of(0x31, Number(virtualRouterId), Number(priority), 1),
    Uint8Array.of(0, INTERVAL_CENTISECONDS, 0, 0),
    address(virtualAddress),
  );
  const pseudoHeader = join(
    address(source),
    address(GROUP),
    Uint8Array.of(0, VRRP, 0, bytes.length),
  );
  const checksum = internetChecksum(pseudoHeader, bytes);
  new DataView(bytes.buffer).setUint16(6, fault === undefined ? checksum : checksum ^ 1);
  return bytes;
}

/** @see RFC 791 §3.1 */
function header(bodyLength: number): Uint8Array {
  const bytes = join(
    Uint8Array.of(0x45, 0xc0, 0, 20 + bodyLength, 0, 1, 0, 0, 255, VRRP, 0, 0),
    address(source),
    address(GROUP),
  );
  new DataView(bytes.buffer).setUint16(10, internetChecksum(bytes));
  return bytes;
}

function address(text: string): Uint8Array {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`no address: ${text}`);
  return ipBytes(ip);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
