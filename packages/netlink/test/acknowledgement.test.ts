import { expect, test } from 'vitest';
import { decodeAcknowledgement } from '../src/acknowledgement.ts';
import type { NetlinkMessage } from '../src/message.ts';

function message(type: number, flags: number, hex: string): NetlinkMessage {
  return { type, flags, sequence: 1, portId: 0, payload: Buffer.from(hex, 'hex') };
}

const REQUEST_HEADER = '1c000000140005060100000000000000';
const TEXT = `0f0001004e6f2073756368200000`.padEnd(32, '0');

test('an ack without error', () => {
  const ack = message(2, 0x100, `00000000${REQUEST_HEADER}`);
  expect(decodeAcknowledgement(ack)).toEqual({ ok: true, value: { errno: 0 } });
});

test('an error has its number, positive', () => {
  const ack = message(2, 0x100, `efffffff${REQUEST_HEADER}`);
  expect(decodeAcknowledgement(ack)).toEqual({ ok: true, value: { errno: 17 } });
});

test('an extended ack has words and the offset of the attribute', () => {
  const ack = message(2, 0x300, `eaffffff${REQUEST_HEADER}${TEXT}0800020018000000`);
  expect(decodeAcknowledgement(ack)).toEqual({
    ok: true,
    value: { errno: 22, detail: 'No such , attribute at offset 24' },
  });
});

test('behind a request that came back whole the words are found too', () => {
  const ack = message(2, 0x200, `eaffffff${REQUEST_HEADER}${'ab'.repeat(12)}0800050007000000`);
  expect(decodeAcknowledgement(ack)).toEqual({
    ok: true,
    value: { errno: 22, detail: 'attribute 7 is missing' },
  });
});

test('the end of a dump that went wrong has its words right behind the number', () => {
  const end = message(3, 0x202, 'eaffffff0800050007000000');
  expect(decodeAcknowledgement(end)).toEqual({
    ok: true,
    value: { errno: 22, detail: 'attribute 7 is missing' },
  });
});

test('words that cannot be read do not hide the number', () => {
  const ack = message(2, 0x300, `eaffffff${REQUEST_HEADER}0300`);
  expect(decodeAcknowledgement(ack)).toEqual({ ok: true, value: { errno: 22 } });
});

test('the end of a dump may carry an error', () => {
  expect(decodeAcknowledgement(message(3, 2, ''))).toEqual({ ok: true, value: { errno: 0 } });
  expect(decodeAcknowledgement(message(3, 2, '00000000'))).toMatchObject({ value: { errno: 0 } });
  expect(decodeAcknowledgement(message(3, 2, 'f0ffffff'))).toMatchObject({ value: { errno: 16 } });
});

test('an ack that is cut is a fault', () => {
  expect(decodeAcknowledgement(message(2, 0, 'efffffff'))).toEqual({
    ok: false,
    reason: 'short-message',
  });
});
