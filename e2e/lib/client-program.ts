// Sends requests one after the other and prints what became of them as one line of JSON.
// Arguments: address, how many (0: until SIGTERM), time limit of each in ms, pause between two in ms.
import { connect, isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [address = '', countText, limitText, pauseText] = process.argv.slice(2);
const count = Number(countText);
const limitMs = Number(limitText);
const pauseMs = Number(pauseText);
const NAME = isIPv6(address) ? `[${address}]` : address;
const REQUEST = `GET /apache2-default/ HTTP/1.0\r\nHost: ${NAME}\r\n\r\n`;

const answers: Record<string, number> = {};
const failures: { atMs: number; why: string }[] = [];
const stop = new AbortController();

/** The name of the box that answered, or why none did. */
function request(): Promise<{ box: string } | { why: string }> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: address, port: 80 });
    socket.setTimeout(limitMs, () => finish({ why: text === '' ? 'timeout' : 'timeout inside' }));
    socket.on('connect', () => socket.write(REQUEST));
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => finish({ why: error.code ?? 'error' }));
    socket.on('end', () => {
      const box = /^X-Box: (\S+)/m.exec(text)?.[1];
      const whole = text.startsWith('HTTP/1.1 200 ') && text.endsWith('</html>');
      finish(box !== undefined && whole ? { box } : { why: 'bad answer' });
    });
    function finish(result: { box: string } | { why: string }): void {
      socket.destroy();
      resolve(result);
    }
  });
}

process.on('SIGTERM', () => stop.abort());
process.stdout.write('started\n');
const wanted = count === 0 ? Number.POSITIVE_INFINITY : count;
for (let sent = 0; sent < wanted && !stop.signal.aborted; sent += 1) {
  const atMs = Date.now();
  const result = await request();
  if ('box' in result) answers[result.box] = (answers[result.box] ?? 0) + 1;
  else failures.push({ atMs, why: result.why });
  if (pauseMs > 0) await delay(pauseMs);
}
process.stdout.write(`${JSON.stringify({ answers, failures })}\n`);
