import { formatDiagnostic, parseConfiguration, type Box, type Configuration } from '@tandem/config';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';

const [KEY, OTHER] = ['ab'.repeat(32), 'cd'.repeat(64)];

function parse(block: string, box: Box = {}, more = ''): Configuration {
  const text = `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  ${more}
  auth_hmac {
    ${block}
  }
  virtual_ipaddress {
    10.0.0.1/24
  }
}`;
  return parseConfiguration({
    path: 'a.conf',
    hostName: 'box',
    reader: { read: (path) => [{ path, text }] },
    box,
  });
}

function hmacOf({ settings }: Configuration): unknown {
  return settings.vrrpInstances[0]?.hmac;
}

test('keys are digits, characters, or a file of either; the rest has defaults', () => {
  const passphrase = 'a-passphrase-of-32-characters...';
  const box: Box = { keyFile: () => ({ text: `hex:${OTHER}\n`, isOpen: false }) };
  const configuration = parse(
    `key 1 hex:${KEY.toUpperCase()}\nkey 2 file:/k\nkey 3 ${passphrase}\nactive_key 2`,
    box,
  );
  expect(configuration.diagnostics).toEqual([]);
  expect(hmacOf(configuration)).toEqual({
    keys: [
      { id: 1, octets: KEY },
      { id: 2, octets: OTHER },
      { id: 3, octets: Buffer.from(passphrase).toString('hex') },
    ],
    activeKey: 2,
    antiReplay: 'time',
    timeWindow: seconds(5),
    mode: 'enforce',
  });
});

test('the window is at least three adverts', () => {
  const configuration = parse(`key 1 hex:${KEY}\nactive_key 1`, {}, 'advert_int 4');
  expect(hmacOf(configuration)).toMatchObject({ timeWindow: seconds(12) });
});

test('without a usable key to sign with nothing starts, and nothing goes out unsigned', () => {
  for (const block of ['active_key 1', 'key 1 short\nactive_key 1', `key 1 hex:${KEY}`]) {
    const { diagnostics } = parse(block);
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code: 'NO_ACTIVE_KEY', fatal: true }),
    );
  }
});

test('what is said of wrong keys points at each of them, and shows none', () => {
  const [secret, other] = ['too-short-a-secret', 'another'];
  const { diagnostics } = parse(`key 1 ${secret}\nkey 2 hex:${KEY}\nkey 3 ${other}\nactive_key 2`);
  expect(diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([
    ['INVALID_KEY', 6],
    ['INVALID_KEY', 8],
  ]);
  const [first = '', second = ''] = diagnostics.map((each) => formatDiagnostic(each));
  expect(first).toContain('key 1 has 18 octets');
  expect(first).toContain(`    key 1 ${'*'.repeat(secret.length)}\n`);
  expect(second).toContain(`key 3 ${'*'.repeat(other.length)}\n`);
});

test('a key that comes from a definition is not shown as what that expands to, either', () => {
  const { diagnostics } = parse('key 1 ${KEY}x\nkey 2 hex:aa', {}, '$KEY=secret');
  const shown = diagnostics.map((each) => formatDiagnostic(each)).join('\n');
  expect(shown).toContain('key 1 has 7 octets');
  expect(shown).toContain('defined at a.conf:4');
  expect(shown).not.toMatch(/secret|hex:aa/);
});

test('the active key that is none is named where it is chosen', () => {
  const { diagnostics } = parse('key 1 short\nactive_key 1');
  const { span } = diagnostics.find(({ code }) => code === 'NO_ACTIVE_KEY') ?? {};
  expect(span?.line).toBe(7);
});

test('it takes the place of authentication, and vrrp_strict wants enforce', () => {
  const block = `key 1 hex:${KEY}\nactive_key 1\nmode permissive`;
  const legacy = 'authentication {\n auth_type PASS\n auth_pass secret\n }';
  const both = parse(block, {}, legacy);
  expect(both.diagnostics.map(({ code }) => code)).toEqual(['KEYWORD_CONFLICT']);
  expect(both.settings.vrrpInstances[0]).not.toHaveProperty('authentication');
  const strict = parse(block, {}, 'strict_mode on');
  expect(strict.diagnostics.map(({ code }) => code)).toEqual(['NOT_STRICT']);
  expect(hmacOf(strict)).toMatchObject({ mode: 'enforce' });
});
