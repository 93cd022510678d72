/** Datagrams to local services: the service manager's notifications and the system log. */
import { constants } from './constants.ts';
import { native, type SocketHandle } from './native.ts';
import { LITTLE_ENDIAN } from './socket-address.ts';
import { checked, SocketError } from './socket-error.ts';

/** sizeof sun_path. */
const PATH_BYTES_MAX = 108;

/** One unbound socket serves every destination for as long as the process lives. */
let sender: SocketHandle | undefined;

/**
 * Sends without ever waiting.
 * @param path - a path of at most 107 bytes; a leading '@' means the abstract namespace
 * @throws SocketError: ENOENT, ECONNREFUSED, EAGAIN when the receiver's queue is full, EMSGSIZE,
 *   ENAMETOOLONG; TypeError
 * @see unix(7), sd_notify(3), syslog(3)
 */
export function sendUnixDatagram(path: string, data: Uint8Array): void {
  const address = encodeUnixAddress(path);
  if (!(data instanceof Uint8Array)) throw new TypeError('data must be a Uint8Array');
  sender ??= openSender();
  checked('sendto', native().send(sender, [data, address, 0, undefined], 0), path);
}

function openSender(): SocketHandle {
  const handle = native().open(constants.AF_UNIX, constants.SOCK_DGRAM, 0);
  if (typeof handle === 'number') throw new SocketError('socket', -handle);
  return handle;
}

function encodeUnixAddress(path: string): Uint8Array {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw new TypeError('path must be text without NUL');
  const abstract = path.startsWith('@');
  const name = new TextEncoder().encode(path);
  // An abstract name is as long as the address says; a path ends with NUL.
  const length = abstract ? name.length : name.length + 1;
  if (length > PATH_BYTES_MAX) throw new SocketError('sendto', 36, { object: path });
  const bytes = new Uint8Array(2 + length);
  new DataView(bytes.buffer).setUint16(0, constants.AF_UNIX, LITTLE_ENDIAN);
  bytes.set(name, 2);
  if (abstract) bytes[2] = 0;
  return bytes;
}
