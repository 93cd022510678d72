import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../src/index.ts';

const PAGE = '<html><body><h1>It works!</h1></body></html>';
const DIGEST = 'c7b4690c8c46625ef0f328cd7a24a0a3';

/** Answers requests with these answers in turn, the last one for ever; remembers the requests. */
async function serve(...answers: string[]): Promise<{ port: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      requests.push(data.toString());
      socket.end(answers[Math.min(requests.length, answers.length) - 1] ?? '');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  onTestFinished(() => void server.close());
  return { port: String((server.address() as AddressInfo).port), requests };
}

/** Of the last run, in milliseconds. */
const pauses: number[] = [];

async function genhash(...argv: readonly string[]) {
  let stdout = '';
  let stderr = '';
  let now = 0;
  pauses.length = 0;
  const status = await run(argv, {
    name: 'genhash',
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    now: () => (now += 1.432),
    pause: async (ms) => void pauses.push(ms),
  });
  return { status, stdout, stderr };
}

test('without -v the digest and nothing else', async () => {
  const { port, requests } = await serve(`HTTP/1.1 200 OK\r\n\r\n${PAGE}`);
  expect(await genhash('-s', '127.0.0.1', '-p', port, '-u', '/')).toEqual({
    status: 0,
    stdout: `${DIGEST}\n`,
    stderr: '',
  });
  expect(requests).toEqual([
    `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  ]);
});

test('the long forms of the scenario, with a virtual host', async () => {
  const { port, requests } = await serve(`HTTP/1.1 404 NF\r\n\r\n${PAGE}`);
  const host = 'keepalived.lovediary.co.kr';
  const result = await genhash(
    '--server',
    '127.0.0.1',
    `--port=${port}`,
    '--url',
    '/apache2-default/',
    '--use-virtualhost',
    host,
    '--protocol',
    '1.0C',
    '--timeout',
    '2',
  );
  expect(result.stdout).toBe(`${DIGEST}\n`);
  expect(requests[0]).toContain('GET /apache2-default/ HTTP/1.0\r\n');
  expect(requests[0]).toContain(`Connection: close\r\nHost: ${host}\r\n\r\n`);
});

test('-v dumps header and page and ends with the digest and the time', async () => {
  const { port } = await serve(
    `HTTP/1.1 200 OK\r\nContent-Length: 44\r\nConnection: close\r\n\r\n${PAGE}`,
  );
  const { stdout } = await genhash('-s', '127.0.0.1', '-p', port, '-u', '/', '-v');
  expect(stdout.split('\n')).toEqual([
    '-----------------------[    HTTP Header Buffer    ]-----------------------',
    '0000  48 54 54 50 2f 31 2e 31 - 20 32 30 30 20 4f 4b 0d   HTTP/1.1 200 OK.',
    '0016  0a 43 6f 6e 74 65 6e 74 - 2d 4c 65 6e 67 74 68 3a   .Content-Length:',
    '0032  20 34 34 0d 0a 43 6f 6e - 6e 65 63 74 69 6f 6e 3a    44..Connection:',
    '0048  20 63 6c 6f 73 65 0d 0a - 0d 0a                      close....      ',
    '-----------------------[ HTTP Header Ascii Buffer ]-----------------------',
    'HTTP/1.1 200 OK\r',
    'Content-Length: 44\r',
    'Connection: close\r',
    '\r',
    '',
    '-----------------------[        HTML Buffer        ]-----------------------',
    '0000  3c 68 74 6d 6c 3e 3c 62 - 6f 64 79 3e 3c 68 31 3e   <html><body><h1>',
    '0016  49 74 20 77 6f 72 6b 73 - 21 3c 2f 68 31 3e 3c 2f   It works!</h1></',
    '0032  62 6f 64 79 3e 3c 2f 68 - 74 6d 6c 3e               body></html>    ',
    '',
    '-----------------------[    HTML hash resulting    ]-----------------------',
    '0000  c7 b4 69 0c 8c 46 62 5e - f0 f3 28 cd 7a 24 a0 a3   ..i..Fb^..(.z$..',
    '-----------------------[ HTML hash final resulting ]-----------------------',
    DIGEST,
    `MD5SUM = ${DIGEST}`,
    '',
    'Global response time for [/] = 1432 usecs',
    '',
  ]);
});

test('a server that is not there is an error', async () => {
  const { port } = await serve('');
  const silent = await genhash('-s', '127.0.0.1', '-p', port, '-u', '/');
  expect(silent).toMatchObject({ status: 1, stdout: '' });
  expect(silent.stderr).toContain('connection closed without an answer');
  const refused = await genhash('-s', '127.0.0.1', '-p', '1', '-u', '/');
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain('Connection failed');
});

test.each([[], ['-h'], ['--help']])(
  'without a word, or asked for help, it says what to type',
  async (...argv) => {
    const { status, stdout, stderr } = await genhash(...argv);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Usage: genhash COMMAND \[OPTIONS\]\nCommands:\n/);
  },
);

const COMPLETE = ['-s', '127.0.0.1', '-p', '80', '-u', '/'];

test.each<[string[], string]>([
  [['-s', '127.0.0.1', '-p', '80'], 'Missing option(s): --url (-u)'],
  [['--learn'], 'Missing option(s): --server (-s), --port (-p), --url (-u)'],
  [['-s', 'localhost', '-p', '80', '-u', '/'], 'server should be an IP, not localhost'],
  [
    ['-s', '127.0.0.1', '-p', '70000', '-u', '/'],
    "invalid port number '70000': --port takes 1 to 65535",
  ],
  [['-p', '0'], "invalid port number '0': --port takes 1 to 65535"],
  [[...COMPLETE, '-P', '3'], "invalid HTTP protocol version '3': --protocol takes 1.0, 1.0c, 1.1"],
  [[...COMPLETE, '-t', 'x'], "invalid timeout 'x': --timeout takes 1 to 86400 seconds"],
  [[...COMPLETE, '-m', 'x'], "invalid fwmark 'x': --fwmark takes 0 to 4294967295"],
  [[...COMPLETE, 'more'], 'Unexpected argument(s): more'],
  [['more'], 'Unexpected argument(s): more'],
  [[...COMPLETE, '-x'], 'Unknown option -x'],
  [['-x'], 'Unknown option -x'],
  [['--use-s'], 'Unknown option --use-s'],
  [[...COMPLETE, '-s'], 'Missing parameter for option -s'],
  [['--port'], 'Missing parameter for option -p'],
  [
    [...COMPLETE, '--learn', '--rounds', '1'],
    "invalid number of rounds '1': --rounds takes 2 to 1000",
  ],
])('of %j it says what is wrong, without the usage around it', async (argv, message) => {
  const { status, stdout, stderr } = await genhash(...argv);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(`${message}\n(try genhash --help)\n`);
});

test('long options may be abbreviated, as keepalived takes them, and their values are as they are', async () => {
  const { port, requests } = await serve(`HTTP/1.1 200 OK\r\n\r\n${PAGE}`);
  const words = ['--ser', '127.0.0.1', `--po=${port}`, '--ur', '--serv', '--use-v', 'a=b'];
  expect(await genhash(...words)).toMatchObject({ status: 0, stdout: `${DIGEST}\n` });
  expect(requests[0]).toMatch(/^GET --serv HTTP.*Host: a=b\r\n/s);
});

const LEARN = ['--learn', '-s', '127.0.0.1', '-s', '127.0.0.2', '-u', '/', '-p'];

test('--learn asks every server three times and prints the line of a page that stays', async () => {
  const dated = [1, 2, 3, 4, 5, 6].map((each) => {
    return `HTTP/1.1 200 OK\r\nETag: "${each}"\r\n\r\n${PAGE}`;
  });
  const { port, requests } = await serve(...dated);
  expect(await genhash(...LEARN, port)).toEqual({
    status: 0,
    stdout: `digest ${DIGEST}\n`,
    stderr: '3 answers of each of 2 servers are the same: status 200, 44 bytes\n',
  });
  const hosts = requests.map((request) => /Host: ([\d.]+)/.exec(request)?.[1]);
  expect(hosts).toEqual([1, 2, 3].flatMap(() => ['127.0.0.1', '127.0.0.2']));
  // A clock on the page is seen to move.
  expect(pauses).toHaveLength(2);
  expect(Math.min(...pauses)).toBeGreaterThan(1000);
  expect((await genhash(...LEARN, port, '--rounds', '2')).stderr).toContain('2 answers of each');
});

const OTHER = PAGE.replace('It works', 'It hurts');

test.each([
  [
    'on the other server',
    [PAGE, OTHER],
    '127.0.0.2:PORT, answer 1 is not 127.0.0.1:PORT, answer 1',
  ],
  [
    'later',
    [PAGE, PAGE, PAGE, PAGE, OTHER],
    '127.0.0.1:PORT, answer 3 is not 127.0.0.1:PORT, answer 1',
  ],
])(
  '--learn refuses a page that is another one %s, and says what is different',
  async (_, pages, words) => {
    const { port } = await serve(...pages.map((page) => `HTTP/1.1 200 OK\r\n\r\n${page}`));
    const { status, stdout, stderr } = await genhash(...LEARN, port);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(words.replaceAll('PORT', port));
    expect(stderr).toContain(
      "byte 19 of the body on 'works!</h1></body></html' → 'hurts!</h1></body></html'",
    );
  },
);

test.each([
  ['a page that a check would not take', 'HTTP/1.1 404 NF\r\n\r\nno', 'status 404, where a check'],
  ['a silent server', '', 'connection closed without an answer'],
])('--learn refuses %s', async (_, answer, words) => {
  const { port } = await serve(answer);
  const { status, stdout, stderr } = await genhash(...LEARN, port);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(words);
});
