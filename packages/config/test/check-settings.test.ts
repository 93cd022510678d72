import { parseConfiguration, type Settings } from '@tandem/config';
import type { CheckSettings } from '@tandem/health';
import { expect, test } from 'vitest';

function settingsOf(checker: string, root = ''): Settings {
  const text = `${root}\nvirtual_server 10.0.0.1 443 {\nprotocol TCP\nvirtualhost v.example\nreal_server 10.0.1.1 443 {\n${checker}\n}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader }).settings;
}

function check(text: string): CheckSettings | undefined {
  return settingsOf(text).virtualServers[0]?.realServers[0]?.checks[0];
}

test.each(['TCP_CHECK', 'PING_CHECK', 'UDP_CHECK', 'DNS_CHECK', 'SMTP_CHECK'])(
  '%s leaves by bind_if, with the mark fwmark; mark 0 is none',
  (type) => {
    expect(check(`${type} {\nbind_if eth1\nfwmark 7\n}`)).toMatchObject({
      target: { interfaceName: 'eth1', mark: 7 },
    });
    expect(check(`${type} {\nfwmark 0\n}`)).not.toHaveProperty('target.mark');
  },
);

test('the name of the handshake is sni_name; of a page and of all pages an end of TLS can be asked for', () => {
  const pages = 'url {\npath /\n}\nurl {\npath /x\ntls_compliant\n}';
  const given = check(`SSL_GET {\n${pages}\nsni_name s.example\n}`);
  expect(given).toMatchObject({ sniName: 's.example', virtualhost: 'v.example' });
  expect(given).not.toHaveProperty('properEnd');
  expect(given).not.toHaveProperty('urls.0.properEnd');
  expect(given).toHaveProperty('urls.1.properEnd', true);
  expect(check(`SSL_GET {\n${pages}\ntls_compliant\n}`)).toHaveProperty('properEnd', true);
});

test('the last one of two keywords of SSL counts, wherever the block stands', () => {
  const block = 'SSL {\npassword p\nca /a\ncertificate /b\nkey /c\nkey /d\n}';
  const own = { password: 'p', ca: '/a', certificate: '/b', key: '/d' };
  expect(settingsOf('', block).global.tls).toEqual(own);
  expect(settingsOf('').global).not.toHaveProperty('tls');
});
