import type { AddressInfo } from 'node:net';
import { seconds } from '@tandem/time';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

beforeEach(async () => {
  received = [];
  log = [];
  mailer = new Mailer((line) => log.push(line));
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const helo = session.hostNameAppearsAs === false ? '' : session.hostNameAppearsAs;
        received.push({ from, to: rcptTo.map((each) => each.address), helo, text });
        done();
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
    connectTimeout: seconds(5),
    heloName: 'box1',
  };
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
  expect(composeMail(evil, route(), new Date())).not.toContain('\r\nBcc');
});

test('mails arrive in order at a real server, with envelope and HELO', async () => {
  mailer.configure(route());
  for (const n of [1, 2, 3]) mailer.send({ subject: `number ${n}`, body: 'x' });
  await mailer.flush(seconds(10));
  expect(received.map((each) => /Subject: (.*)/.exec(each.text)?.[1])).toEqual([
    '[HA_LVS] number 1',
    '[HA_LVS] number 2',
    '[HA_LVS] number 3',
  ]);
  expect(received[0]).toMatchObject({
    from: 'keepalived@ha-lvs',
    to: ['ops@example.com', 'night@example.com'],
    helo: 'box1',
  });
  expect(log).toEqual(Array.from({ length: 3 }, () => 'SMTP alert successfully sent.'));
});

test('a relay that refuses the connection is named with the reason', async () => {
  mailer.configure({ ...route(), port: 1 });
  mailer.send(mail);
  await mailer.flush(seconds(10));
  expect(log).toHaveLength(1);
  expect(log[0]).toMatch(/^SMTP alert to \[127\.0\.0\.1\]:1 failed \(VRRP.*\): .*ECONNREFUSED/);
});

test('without recipients nothing is sent', async () => {
  mailer.configure({ ...route(), to: [] });
  mailer.send(mail);
  mailer.configure(undefined);
  mailer.send(mail);
  await mailer.flush(seconds(1));
  expect([received, log]).toEqual([[], []]);
});
