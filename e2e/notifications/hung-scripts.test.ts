// kernel: any
// As many notify scripts as may run at once hang, and more wait: servers are checked as ever, and a
// stop starts all that wait.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';

/** Scripts that may run at a time. */
const PLACES = 256;
/** Servers that nobody is, each with a script of its own. */
const COUNT = PLACES + 64;
const LIMIT = { limitMs: 60_000 };

function addressOf(i: number): string {
  return `127.0.${1 + Math.floor(i / 200)}.${1 + (i % 200)}`;
}

function check(port: number, delay: number): string {
  const words = [`connect_port ${port}`, `delay_loop ${delay}`, 'retry 0', 'warmup 0'];
  return ['TCP_CHECK {', ...words, '}'].join('\n');
}

/** One server that is checked each second, and many that are found down once, at the start. */
function configuration(script: string): string {
  const down = Array.from(
    { length: COUNT },
    (_, i) =>
      `real_server ${addressOf(i)} 80 {\nnotify_down "${script} ${addressOf(i)}"\n${check(81, 3600)}\n}\n`,
  );
  const service = 'lb_algo rr\nlb_kind NAT\nprotocol TCP\n';
  return `global_defs {
script_user root
}
virtual_server 10.30.6.100 80 {
${service}real_server 127.0.0.1 80 {
${check(80, 1)}
}
}
virtual_server 10.30.6.101 80 {
${service}${down.join('')}}
`;
}

/** A script that never ends, and what is known of those that were started. */
function hangingScript(
  context: TestContext,
  host: Host,
): { path: string; started: () => string[] } {
  const path = join(host.folder, 'hang');
  const list = join(host.folder, 'started');
  writeFileSync(path, `#!/bin/sh\necho "$$ $1" >>'${list}'\nexec sleep 3600\n`);
  chmodSync(path, 0o755);
  const lines = (): string[] =>
    existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
  context.after(() => {
    for (const each of lines())
      try {
        process.kill(Number(each.split(' ')[0]), 'SIGKILL');
      } catch (error) {
        assert.match(String(error), /ESRCH/);
      }
  });
  return { path, started: () => lines().map((each) => each.split(' ')[1] ?? '') };
}

void test('scripts that hang hold up no check, and a stop starts those that wait for a place', async (context) => {
  const lan = await Lan.create([{ name: 'box', address: '10.30.6.1/24' }]);
  context.after(() => lan.destroy());
  const host = lan.host('box');
  const script = hangingScript(context, host);
  const web = new WebServer(host);
  await web.start();
  const daemon = new Daemon(host, 'tandemd', {
    configuration: configuration(script.path),
    flags: ['-C'],
  });
  context.after(() => daemon.stop());
  daemon.start();
  const logged = (text: string): Promise<unknown> =>
    waitUntil(text, () => daemon.log().includes(text), LIMIT);
  const last = addressOf(COUNT - 1);
  await logged(`Removing service [${last}]:tcp:80 from VS [10.30.6.101]:tcp:80`);
  await waitUntil('all places are taken', () => script.started().length >= PLACES, LIMIT);
  await web.kill();
  await logged('Removing service [127.0.0.1]:tcp:80 from VS [10.30.6.100]:tcp:80');
  await web.start();
  await logged('Adding service [127.0.0.1]:tcp:80 to VS [10.30.6.100]:tcp:80');
  assert.equal(script.started().length, PLACES);
  await web.kill();
  await daemon.stop();
  const all = Array.from({ length: COUNT }, (_, i) => addressOf(i));
  const areAll = (): boolean => script.started().length >= COUNT;
  await waitUntil('each script has been started', areAll, LIMIT).catch(() => undefined);
  assert.deepEqual(script.started().toSorted(), all.toSorted(), daemon.log().slice(-2000));
});
