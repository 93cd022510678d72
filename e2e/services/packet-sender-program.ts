// Sends a packet to each of the addresses in a file, again and again until it is killed. Argument:
// the file, whose lines are `TCP` or `UDP`, address and port; it may be replaced at any time.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [file = ''] = process.argv.slice(2);
const PERIOD_MS = 300;
const sockets = { 4: createSocket('udp4'), 6: createSocket('udp6') };
for (const each of Object.values(sockets)) each.on('error', () => undefined);

setInterval(() => {
  for (const text of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const [protocol, host = '', port] = text.split(' ');
    if (protocol === 'UDP')
      sockets[host.includes(':') ? 6 : 4].send('?', Number(port), host, () => undefined);
    else opening(host, Number(port));
  }
}, PERIOD_MS);

/** The first packet is all that is wanted. */
function opening(host: string, port: number): void {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  setTimeout(() => socket.destroy(), PERIOD_MS / 2);
}
