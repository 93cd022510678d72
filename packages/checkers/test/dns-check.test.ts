import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DnsProbe } from '../src/dns-check.ts';
import { decodeAnswer, encodeQuestion } from '../src/dns-message.ts';
import { runProbe } from '../src/index.ts';
import { serveDatagrams } from './datagram-server.ts';
import { LOOPBACK, PATIENCE, SILENCE } from './server.ts';

const NEVER = new AbortController().signal;

async function ask(port: number, name = 'www.example.com', connectTimeout = PATIENCE) {
  return probe(port, { recordType: 'A', name, connectTimeout });
}

async function probe(
  port: number,
  wanted: Pick<DnsProbe, 'recordType' | 'name' | 'connectTimeout'>,
) {
  return runProbe({ type: 'DNS_CHECK', target: { address: LOOPBACK, port }, ...wanted }, NEVER);
}

/** What a server makes of a question: flags of a response, and what else the test wants. */
function answerTo(question: Buffer, change: (answer: Buffer) => void = () => undefined): Buffer {
  const answer = Buffer.from(question);
  answer.writeUInt16BE(0x8180, 2);
  change(answer);
  return answer;
}

test('RFC 1035 §4.1: a question is a header, labels, type and class', () => {
  const bytes = encodeQuestion({ id: 0x0423, recordType: 'A', name: 'www.example.com.' });
  expect(Buffer.from(bytes ?? []).toString('hex')).toBe(
    '04230100000100000000000003777777076578616d706c6503636f6d0000010001',
  );
  const root = encodeQuestion({ id: 0x2235, recordType: 'SOA', name: '.' });
  expect(Buffer.from(root ?? []).toString('hex')).toBe('2235010000010000000000000000060001');
});

test.each([
  ['A', 1],
  ['NS', 2],
  ['CNAME', 5],
  ['SOA', 6],
  ['MX', 15],
  ['TXT', 16],
  ['AAAA', 28],
] as const)(
  'RFC 1035 §3.2.2, RFC 3596 §2.1: a check of %s asks for type %i',
  async (type, number) => {
    const { port, seen } = await serveDatagrams((packet) => [answerTo(packet)]);
    const wanted = { recordType: type, name: '.', connectTimeout: PATIENCE };
    expect(await probe(port, wanted)).toEqual({ ok: true });
    // Behind the header and the one byte of the root's name.
    expect(seen.map((packet) => packet.readUInt16BE(13))).toEqual([number]);
  },
);

function question(name: string): Uint8Array | undefined {
  return encodeQuestion({ id: 1, recordType: 'TXT', name });
}

test('RFC 1035 §2.3.4: names with labels or a length that cannot be are no question', () => {
  expect(question('a..b')).toBeUndefined();
  expect(question(`${'x'.repeat(64)}.org`)).toBeUndefined();
  expect(question('x'.repeat(63))).toBeDefined();
  expect(question(Array.from({ length: 64 }, () => 'xyz').join('.'))).toBeUndefined();
});

test('whatever bytes come are decoded without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(decodeAnswer(bytes).ok).toBe(bytes.length >= 12);
    }),
  );
});

test('an answer without an error is success, whatever it says', async () => {
  const { port, seen } = await serveDatagrams((packet) => [answerTo(packet).subarray(0, 12)]);
  expect(await ask(port)).toEqual({ ok: true });
  expect(seen).toHaveLength(1);
});

test('an answer with an error is a failure that names the error', async () => {
  const { port } = await serveDatagrams((packet) => [
    answerTo(packet, (answer) => answer.writeUInt8(3, 3)),
  ]);
  expect(await ask(port)).toMatchObject({ ok: false, reason: 'bad-rcode', code: 3 });
});

/** No answers to the question. */
function wrong(packet: Buffer): Buffer[] {
  return [
    packet,
    packet.subarray(0, 7),
    Buffer.alloc(0),
    answerTo(packet, (answer) => answer.writeUInt16BE(packet.readUInt16BE(0) ^ 0xff, 0)),
  ];
}

test('what is no answer to the question is passed over, and the right one still counts', async () => {
  const never = await serveDatagrams(wrong);
  expect(await ask(never.port, 'a.example', SILENCE)).toMatchObject({
    ok: false,
    reason: 'read-timeout',
  });
  const late = await serveDatagrams((packet) => [...wrong(packet), answerTo(packet)]);
  expect(await ask(late.port)).toEqual({ ok: true });
});

test('silence times out, a closed port refuses, a name that is none is a failure', async () => {
  const silent = await serveDatagrams(() => []);
  expect(await ask(silent.port, 'a.example', SILENCE)).toMatchObject({ reason: 'read-timeout' });
  silent.close();
  expect(await ask(silent.port)).toMatchObject({ reason: 'refused' });
  expect(await ask(silent.port, 'a..b')).toMatchObject({ reason: 'other' });
});
