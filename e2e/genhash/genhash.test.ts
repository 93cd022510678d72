// kernel: any
// Beside keepalived's genhash: the same pages and options give the same words, and exit statuses
// where a page came.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificates } from '../checkers/certificates.ts';
import type { Outcome } from '../lib/command.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { repositoryRoot } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';

const WEB = '-s 127.0.0.1 -p 80';
const TLS = '-S -s 127.0.0.1 -p 443';
/** As often as the second of a Date may change between two requests. */
const TRIES = 5;

/** Asked of both in these words, with the same outcome. */
const PAGES: readonly string[] = [
  `${WEB} -u /`,
  `${WEB} -u index.html`,
  `${WEB} -u /bytes`,
  `${WEB} -u /parts`,
  `${WEB} -u /empty`,
  `${WEB} -u /missing`,
  `${WEB} -u /elsewhere`,
  `${WEB} -u /unsized`,
  `${WEB} -u /unsized -P 1.1`,
  `${WEB} -u /echo`,
  `${WEB} -u /echo -V a.example`,
  `${WEB} -u /echo -P 1.0`,
  `${WEB} -u /echo -P 1.0c`,
  `${WEB} -u /echo --protocol 1.0C`,
  `${WEB} -u /echo --protocol=1.1`,
  `${WEB} -u / -t 3 -m 7`,
  '--server=127.0.0.1 --port=80 --url=/echo --use-virtualhost=b.example',
  '-s ::1 -p 80 -u /echo',
  '-s127.0.0.1 -p80 -u/',
  '--ser 127.0.0.1 --po=80 --ur /echo',
  // Its port of TLS is spoken to in clear, and says so.
  '-s 127.0.0.1 -p 443 -u /',
  `${TLS} -u /`,
  `${TLS} -u /echo -V a.example`,
  `${TLS} -u /echo -I`,
  `${TLS} -u /echo -I -V a.example`,
  `--use-ssl --use-sni ${WEB} -p 443 -u /echo --use-virtualhost a.example`,
];

/** With -v, each header and byte is shown. */
const SHOWN: readonly string[] = [
  `${WEB} -u / -v`,
  `${WEB} -u /bytes -v`,
  `${WEB} -u /empty --verbose`,
  `${WEB} -u /unsized -v -P 1.1`,
  `${TLS} -u / -v`,
];

/** Words that ask for nothing that could be done. */
const WRONG: readonly string[] = [
  '',
  '-h',
  '--help',
  '-x',
  'more',
  '-s',
  '-s 127.0.0.1',
  WEB,
  '-p 80 -u /',
  '-s box -p 80 -u /',
  '-s 127.0.0.1 -p 0 -u /',
  '-s 127.0.0.1 -p 65536 -u /',
  '-s 127.0.0.1 -p http -u /',
  `${WEB} -u / more`,
  `${WEB} -u / more and more`,
  `${WEB} -u / -x`,
  `${WEB} -u / --foo`,
  `${WEB} -u`,
  `${WEB} -V`,
  `${WEB} -u / -t soon`,
  `${WEB} -u / -m red`,
  `${WEB} -u / -P 2`,
];

/** No page comes: keepalived says so where digests are expected, and ends with 0. */
const NO_PAGE: readonly string[] = [
  '-s 127.0.0.2 -p 81 -u /',
  '-s 127.0.0.1 -p 81 -u / -v',
  `${WEB} -u /nothing`,
  '-S -s 127.0.0.1 -p 80 -u /',
];

const BOTH = '--learn -s 127.0.0.1 -s ::1 -p 80';

/** Pages that no digest could check, and what --learn says of them. */
const UNSTABLE: readonly (readonly [words: string, said: RegExp])[] = [
  // A host's name is on it, and each server has its own.
  [`${BOTH} -u /echo`, /^\S+:80, answer 1 is not 127\.0\.0\.1:80, answer 1/],
  [`--learn ${WEB} -u /unique`, /^\S+:80, answer 2 is not 127\.0\.0\.1:80, answer 1/],
  [`${BOTH} -u /missing`, /^127\.0\.0\.1:80, answer 1: status 404/],
];

void test('genhash', async (context) => {
  const lan = await Lan.create([{ name: 'web', address: '10.30.6.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('web');
  await startNginx(host);
  const theirs = (words: string): Promise<Outcome> => runOn(host, ['genhash'], words);
  const ours = (words: string): Promise<Outcome> =>
    runOn(
      host,
      [process.execPath, join(repositoryRoot(), 'packages/genhash/bin/genhash.mjs')],
      words,
    );
  await context.test('has the same digest', async () => {
    for (const words of PAGES) {
      const [own, expected] = await Promise.all([ours(words), theirs(words)]);
      assert.match(expected.stdout, /^[0-9a-f]{32}\n$/, words);
      assert.deepEqual(own, expected, words);
    }
  });
  await context.test('shows the same of a page, and the line MD5SUM', async () => {
    for (const words of SHOWN) {
      const digest = (await theirs(words.replace(/ -v| --verbose/, ''))).stdout;
      const line = `MD5SUM = ${digest}`;
      let [own, expected] = [await ours(words), await theirs(words)];
      const isSame = (): boolean => shown(own).replace(line, '') === shown(expected);
      for (let left = TRIES; left > 1 && !isSame(); left -= 1)
        [own, expected] = [await ours(words), await theirs(words)];
      assert.equal(shown(own).replace(line, ''), shown(expected), words);
      assert.ok(own.stdout.includes(`\n${line}`), words);
      assert.deepEqual([own.status, own.stderr], [0, '']);
    }
  });
  await context.test('finds the same fault with words that it cannot read', async () => {
    for (const words of WRONG) {
      const [own, expected] = [await ours(words), await theirs(words)];
      assert.deepEqual([own.status, own.stdout], [expected.status, expected.stdout], words);
      assert.ok(own.stderr.startsWith(faultIn(expected)), `${words}: ${own.stderr}`);
      const isHelp = ['', '-h', '--help'].includes(words);
      assert.match(own.stderr, isHelp ? USAGE : /^.+\n\(try \S*genhash --help\)\n$/, words);
    }
  });
  await context.test('ends with 1 where no page comes, and tells of it as an error', async () => {
    for (const words of NO_PAGE) {
      assert.equal((await theirs(words)).status, 0, words);
      const { status, stdout, stderr } = await ours(words);
      assert.deepEqual({ status, stdout }, { status: 1, stdout: '' }, words);
      assert.match(stderr, /^Connection failed: \[127\.0\.0\.\d]:\d+: .+\n$/, words);
    }
  });
  await context.test(
    '--learn has the digest of a page that stays, and none of another',
    async () => {
      const digest = (await theirs(`${WEB} -u /bytes`)).stdout;
      assert.deepEqual(await ours(`${BOTH} -u /bytes`), {
        status: 0,
        stdout: `digest ${digest}`,
        stderr: '3 answers of each of 2 servers are the same: status 200, 2000 bytes\n',
      });
      for (const [words, said] of UNSTABLE) {
        const { status, stdout, stderr } = await ours(words);
        assert.deepEqual({ status, stdout }, { status: 1, stdout: '' }, words);
        assert.match(stderr, said);
        assert.match(stderr, /\nno digest: a check of this page would fail\n$/);
      }
    },
  );
});

function runOn(host: Host, program: readonly string[], words: string): Promise<Outcome> {
  return host.exec([...program, ...words.split(' ').filter(Boolean)], { mayFail: true });
}

/** What is shown, without the time that it took. */
function shown({ stdout }: Outcome): string {
  return stdout.replace(/= \d+ usecs?\n$/, '= some usecs\n');
}

const USAGE = /^Usage: \S*genhash COMMAND \[OPTIONS]\nCommands:$/m;

/** @returns what is said before the usage; nothing where it finds no words for it */
function faultIn({ stderr }: Outcome): string {
  assert.match(stderr, USAGE);
  const [first = ''] = stderr.split('\n');
  return first.startsWith('Usage: ') ? '' : first;
}

async function startNginx(host: Host): Promise<void> {
  const { folder } = host;
  await makeCertificates(host);
  mkdirSync(join(folder, 'www'));
  const page = (name: string, content: string | Uint8Array): void =>
    writeFileSync(join(folder, 'www', name), content);
  page('index.html', '<html><body><h1>It works!</h1></body></html>');
  page('empty', '');
  const bytes = Uint8Array.from({ length: 9000 }, (_, i) => (i * 7) % 251);
  page('bytes', bytes.subarray(0, 2000));
  // -v shows each part by itself that is read at once: it would not be the same twice.
  page('parts', bytes);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder));
  host.start('nginx', ['nginx', '-p', folder, '-c', file, '-e', join(folder, 'error.log')]);
  const listens = async (): Promise<boolean> =>
    (await host.exec(['ss', '-Hltn', 'sport = :443'])).stdout !== '';
  await waitUntil('nginx', listens, { limitMs: 20_000 });
}

function configuration(folder: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const seen = '$host|$server_protocol|$http_user_agent|$http_connection|$ssl_server_name';
  return `daemon off;
master_process off;
user root;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
${paths.map((each) => `  ${each}_temp_path ${folder}/${each};`).join('\n')}
  server {
    listen 127.0.0.1:80;
    listen [::1]:80;
    listen 127.0.0.1:443 ssl;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    root ${folder}/www;
    location /echo { return 200 "${seen}"; }
    location /unique { return 200 $request_id; }
    location /elsewhere { return 302 /; }
    location /nothing { return 444; }
    location /unsized { ssi on; try_files /index.html =404; }
  }
}
`;
}
