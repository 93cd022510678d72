import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';

/** Codes and the words at fault, of one line in global_defs. */
function complaints(line: string): readonly string[] {
  const text = `global_defs {\n${line}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  const { diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'box1', reader });
  return diagnostics
    .filter(({ code }) => code !== 'ACCEPTED_WITHOUT_EFFECT' && code !== 'UNKNOWN_INSTANCE')
    .map(({ code, span }) => {
      const start = (span?.column ?? 1) - 1;
      return `${code} ${line.slice(start, start + (span?.length ?? 0))}`;
    });
}

test('options stand in any order, each with its value', () => {
  expect(complaints('lvs_sync_daemon eth0 A ttl 5 id 3')).toEqual([]);
  expect(complaints('lvs_sync_daemon eth0 id 3 ttl 5')).toEqual([]);
  expect(complaints('lvs_sync_daemon eth0 inst A maxlen 1500 group 224.0.0.81')).toEqual([]);
});

test('each option is judged by its own form', () => {
  expect(complaints('lvs_sync_daemon eth0 A id 256 ttl x')).toEqual([
    'NUMBER_OUT_OF_RANGE 256',
    'INVALID_NUMBER x',
  ]);
  expect(complaints('lvs_sync_daemon eth0 A id')).toEqual(['MISSING_VALUE id']);
  expect(complaints('lvs_sync_daemon eth0 A adi 3')).toEqual([
    'UNKNOWN_OPTION adi',
    'UNKNOWN_OPTION 3',
  ]);
});

test('a word that may be left out is passed over by what can only be the next', () => {
  expect(complaints('lvs_timeouts tcp 5 udp 7')).toEqual([]);
  expect(complaints('vrrp_garp_extra_if all 5')).toEqual([]);
  expect(complaints('vrrp_garp_extra_if 5')).toEqual([]);
  expect(complaints('vrrp_garp_extra_if all')).toEqual(['MISSING_VALUE all']);
});

test('words that no place is left for are a note', () => {
  expect(complaints('smtp_server mail 25 26 27')).toEqual(['EXTRA_WORDS 26 27']);
});
