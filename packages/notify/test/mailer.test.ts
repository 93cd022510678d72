import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { seconds, ZERO } from '@tandem/time';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { composeMail, Mailer, type MailRoute } from '../src/index.ts';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly helo: string;
  readonly text: string;
}

let received: Received[] = [];
let server: SMTPServer;
let log: string[] = [];
let mailer: Mailer;
/** When the server takes a mail that it has got. */
let takesIn: (text: string, take: () => void) => void;

beforeEach(async () => {
  received = [];
  takesIn = (_, take) => take();
  log = [];
  mailer = new Mailer((line) => log.push(line));
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('nobody@') ? new Error('no such user') : null);
    },
    onData(stream, session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const helo = session.hostNameAppearsAs;
        takesIn(text, () => {
          received.push({ from, to: rcptTo.map((each) => each.address), helo, text });
          done();
        });
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
});

function route(): MailRoute {
  return {
    routerId: 'HA_LVS',
    from: 'keepalived@ha-lvs',
    to: ['ops@example.com', 'night@example.com'],
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    // A machine that stands still for a while reaches none of its limits.
    connectTimeout: seconds(100),
    heloName: 'box1',
  };
}

/** @returns the port of a server that goes when the test ends */
async function listening(relay: Server): Promise<number> {
  relay.listen(0, '127.0.0.1');
  onTestFinished(() => void relay.close());
  await once(relay, 'listening');
  return (relay.address() as AddressInfo).port;
}

function subjectIn(text: string): string {
  return /Subject: \[HA_LVS\] (.*)/.exec(text)?.[1] ?? '';
}

function subjects(): string[] {
  return received.map(({ text }) => subjectIn(text));
}

/** @returns the mails of these subjects that the server has got and keeps waiting, with what ends that */
function holding(...slow: readonly string[]): ReadonlyMap<string, () => void> {
  const held = new Map<string, () => void>();
  takesIn = (text, take) => {
    const subject = subjectIn(text);
    if (!slow.includes(subject)) return take();
    held.set(subject, () => {
      held.delete(subject);
      take();
    });
  };
  return held;
}

const mail = {
  subject: 'VRRP Instance ETH0 - Entering MASTER state',
  body: '=> VRRP Instance is now owning VRRP VIPs <=',
};

test('the message is that of keepalived, header for header', () => {
  const when = new Date(Date.UTC(2026, 10, 20, 21, 4, 34));
  expect(composeMail(mail, route(), when).split('\r\n')).toEqual([
    'Date: Fri, 20 Nov 2026 21:04:34 +0000',
    'From: keepalived@ha-lvs',
    'Subject: [HA_LVS] VRRP Instance ETH0 - Entering MASTER state',
    'X-Mailer: Keepalived',
    'To: ops@example.com, night@example.com',
    '',
    '=> VRRP Instance is now owning VRRP VIPs <=',
    '',
    '',
  ]);
});

test('a name with line feeds in it adds no header', () => {
  const evil = { ...mail, subject: 'a\r\nBcc: everybody@example.com' };
  const text = composeMail(evil, route(), new Date());
  expect(text).toContain('\r\nSubject: [HA_LVS] a Bcc: everybody@example.com\r\n');
});

test('mails about one thing arrive in order at a real server, with envelope and HELO', async () => {
  mailer.configure(route());
  for (const n of [1, 2, 3]) mailer.send({ subject: `V - number ${n}`, body: 'x' });
  await mailer.flush(seconds(10));
  expect(subjects()).toEqual(['V - number 1', 'V - number 2', 'V - number 3']);
  expect(received[0]).toMatchObject({
    from: 'keepalived@ha-lvs',
    to: ['ops@example.com', 'night@example.com'],
    helo: 'box1',
  });
  const connected = `Remote SMTP server [127.0.0.1]:${route().port} connected.`;
  const sent = 'SMTP alert successfully sent.';
  expect(log).toEqual([connected, sent, connected, sent, connected, sent]);
});

test('a dialogue that hangs holds up mails about the same thing alone, and four run at a time', async () => {
  mailer.configure(route());
  const held = holding('A - 1', 'B - 1', 'C - 1', 'D - 1');
  for (const subject of ['A - 1', 'A - 2', 'B - 1', 'E - 1', 'C - 1', 'F - 1'])
    mailer.send({ subject, body: 'x' });
  await vi.waitFor(() => expect(subjects()).toEqual(['E - 1', 'F - 1']), 10_000);
  for (const subject of ['D - 1', 'G - 1']) mailer.send({ subject, body: 'x' });
  await vi.waitFor(() => expect(held.size).toBe(4), 10_000);
  held.get('B - 1')?.();
  await vi.waitFor(() => expect(subjects().slice(2)).toEqual(['B - 1', 'G - 1']), 10_000);
  for (const release of held.values()) release();
  await mailer.flush(seconds(10));
  expect(subjects().indexOf('A - 2')).toBeGreaterThan(subjects().indexOf('A - 1'));
  expect(subjects()).toHaveLength(8);
});

test('a relay that refuses the connection is named with the reason', async () => {
  mailer.configure({ ...route(), port: 1 });
  mailer.send(mail);
  await mailer.flush(seconds(10));
  expect(log).toHaveLength(1);
  expect(log[0]).toMatch(/^SMTP alert to \[127\.0\.0\.1\]:1 failed \(VRRP.*\): .*ECONNREFUSED/);
});

test('a recipient that is refused is named; the others get the mail', async () => {
  mailer.configure({ ...route(), to: ['nobody@example.com', 'ops@example.com'] });
  mailer.send(mail);
  await mailer.flush(seconds(10));
  expect(received.map((each) => each.to)).toEqual([['ops@example.com']]);
  expect(log.at(-1)).toMatch(/refused for nobody@example\.com$/);
});

test('a relay that takes the connection and says nothing is given up in time', async () => {
  const port = await listening(createServer());
  mailer.configure({ ...route(), port, connectTimeout: seconds(1) });
  mailer.send(mail);
  await mailer.flush(seconds(10));
  expect(log[0]).toBe(`Remote SMTP server [127.0.0.1]:${port} connected.`);
  expect(log[1]).toMatch(/failed \(VRRP.*\): (Greeting never received|Timeout)$/);
});

test('what has not left within the grace is said', async () => {
  const port = await listening(createServer());
  mailer.configure({ ...route(), port, connectTimeout: seconds(1) });
  mailer.send(mail);
  mailer.send(mail);
  await mailer.flush(seconds(0.1));
  expect(log.at(-1)).toBe('2 SMTP alerts were not sent in time');
});

test('a thousand mails may wait; one more is dropped, which is said', async () => {
  mailer.configure(once(new EventEmitter(), 'never').then(() => route()));
  for (let n = 0; n < 1006; n += 1) mailer.send({ subject: `V${n} - UP`, body: 'x' });
  const dropped = [1004, 1005].map((n) => `SMTP alert dropped, 1000 are waiting: V${n} - UP`);
  expect(log).toEqual(dropped);
  await mailer.flush(ZERO);
  expect(log).toEqual([...dropped, '1004 SMTP alerts were not sent in time']);
});

test('one mail that has not left within the grace is said, too', async () => {
  mailer.configure(once(new EventEmitter(), 'never').then(() => route()));
  mailer.send(mail);
  await mailer.flush(ZERO);
  expect(log).toEqual(['1 SMTP alerts were not sent in time']);
});

test('a relay that offers TLS gets mails without it, as from keepalived', async () => {
  const secured: boolean[] = [];
  const offering = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onData(stream, session, done) {
      secured.push(session.secure);
      stream.on('end', done).resume();
    },
  });
  const port = await listening(offering.server);
  mailer.configure({ ...route(), port });
  mailer.send(mail);
  await mailer.flush(seconds(10));
  expect(secured).toEqual([false]);
  expect(log.at(-1)).toBe('SMTP alert successfully sent.');
});

test('mails wait for a route that is being found out, in order, and whoever sends them does not', async () => {
  const finding = new EventEmitter();
  mailer.configure(once(finding, 'found').then(([found]) => found as MailRoute));
  mailer.send(mail);
  mailer.send({ ...mail, subject: 'VRRP Instance ETH0 - Entering BACKUP state' });
  await mailer.flush(ZERO);
  expect(log).toEqual(['2 SMTP alerts were not sent in time']);
  finding.emit('found', { ...route(), heloName: 'box1.example.org' });
  await mailer.flush(seconds(5));
  expect(subjects()).toEqual([mail.subject, 'VRRP Instance ETH0 - Entering BACKUP state']);
  expect(received[0]?.helo).toBe('box1.example.org');
});

test('without recipients nothing is sent', async () => {
  mailer.configure({ ...route(), to: [] });
  mailer.send(mail);
  mailer.configure(undefined);
  mailer.send(mail);
  await mailer.flush(seconds(1));
  expect([received, log]).toEqual([[], []]);
});

test('a relay that speaks without end does not hold other mails for ever', async () => {
  const chatty = createServer((socket) => {
    let timer: NodeJS.Timeout | undefined;
    socket.on('error', () => undefined).on('close', () => clearInterval(timer));
    // Earlier, what it says would belong to its greeting.
    socket.once('data', () => {
      isGreeted = true;
      timer = setInterval(() => socket.write('250-wait\r\n'), 20);
    });
    socket.write('220 welcome\r\n');
  });
  let isGreeted = false;
  const port = await listening(chatty);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  mailer.configure({ ...route(), port });
  mailer.send(mail);
  mailer.configure(route());
  // About the same thing, so that it waits.
  const next = `${mail.subject} - again`;
  mailer.send({ ...mail, subject: next });
  await vi.waitFor(() => expect(isGreeted).toBe(true), 10_000);
  vi.advanceTimersByTime(400_000);
  vi.useRealTimers();
  await mailer.flush(seconds(10));
  expect(subjects()).toEqual([next]);
  expect(log.filter((line) => line.includes(`:${port} failed`))).toEqual([
    `SMTP alert to [127.0.0.1]:${port} failed (${mail.subject}): not done within 400 s`,
  ]);
});
