// Stands in for an ipvs process that has more checks than it has time for: connects to a web server
// of its own over loopback, sends a request, reads the answer, again and again, 64 at once.
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';

const AT_ONCE = 64;

const server = createServer((_request, response) => response.end('fine')).listen(0, '127.0.0.1');
server.on('listening', () => {
  const { port } = server.address() as AddressInfo;
  for (let i = 0; i < AT_ONCE; i += 1) check(port);
});

function check(port: number): void {
  const again = (): void => check(port);
  const request = get({ port, host: '127.0.0.1', agent: false, path: '/health' }, (response) => {
    response.resume().on('close', again);
  });
  // No port is free for a moment.
  request.on('error', () => setTimeout(again, 1));
}
