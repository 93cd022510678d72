// Takes mails on port 25 of localhost and writes each to a file as one line of JSON.
// Arguments: the file; a file that appears once it listens, and gets a byte for each connection.
import { appendFileSync, writeFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const [mailFile = '', readyFile = ''] = process.argv.slice(2);

/** Which connection each session is, in the order in which they were made. */
const order = new Map<string, number>();

function createServer(): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onConnect({ id }, callback) {
      order.set(id, order.size);
      callback();
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          atMs: Date.now(),
          connection: order.get(session.id),
          hello: session.hostNameAppearsAs,
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString(),
        };
        appendFileSync(mailFile, `${JSON.stringify(mail)}\n`);
        callback();
      });
    },
  });
}

for (const address of ['127.0.0.1', '::1']) {
  const server = createServer();
  // A kernel without IPv6 has no ::1.
  server.on('error', (error) => {
    if (address === '127.0.0.1') throw error;
  });
  // A sender that leaves before the greeting counts, too.
  server.server.on('connection', () => appendFileSync(readyFile, '.'));
  server.listen(25, address, () => {
    if (address === '127.0.0.1') writeFileSync(readyFile, '');
  });
}
