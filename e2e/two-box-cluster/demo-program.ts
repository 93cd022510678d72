// Shows the scenario step by step. With --keep the cluster stays up, with a shell to play in.
// Exit status 0 only if each step did what it should.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../lib/program.ts';
import { Cluster, VIP } from './cluster.ts';
import type { Narrator, Step } from './step.ts';
import { STEPS } from './steps.ts';

const keep = process.argv.includes('--keep');
// Output of the user-mode kernel goes through a file; whether a terminal shows it, the starter knows.
const coloured = process.env['TANDEM_COLOUR'] === '1';

function paint(code: string, text: string): string {
  return coloured ? `\u001B[${code}m${text}\u001B[0m` : text;
}
const bold = (text: string): string => paint('1', text);
const dim = (text: string): string => paint('2', text);
const green = (text: string): string => paint('32', text);
const red = (text: string): string => paint('31', text);
const say = (text = ''): boolean => process.stdout.write(`${text}\n`);

const LABEL_WIDTH = 36;

const narrator: Narrator = {
  fact: (label, value) => say(`    ${label.padEnd(LABEL_WIDTH)} ${value}`),
  text: (block) => {
    for (const line of block.split(/\r?\n/)) say(dim(`    | ${line}`));
  },
};

const INTRODUCTION = `
${bold('Two boxes share a virtual address and the load behind it.')}

    box 1   10.30.6.111   MASTER, priority 200     tandemd + nginx
    box 2   10.30.6.112   BACKUP, priority 100     tandemd + nginx
    VIP     ${VIP}   TCP 80, rr, DR           whoever is master

Each box is a network namespace on one bridge; adverts, ARP, IPVS, iptables, pages and mails are
real. The configuration is an administrator's own, in configs/two-box-cluster.
`;

/** Plays one step. @returns what went wrong, if anything */
async function play(cluster: Cluster, step: Step): Promise<Error | undefined> {
  say(bold(`${step.number}. ${step.title}`));
  try {
    await step.play(cluster, narrator);
    say(`    ${green('ok')}\n`);
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error : new Error(String(error));
    say(`    ${red('FAILED')}: ${problem.message}\n`);
    for (const { host, daemon } of cluster.boxes) {
      say(dim(`    log of ${host.name}, its end:`));
      narrator.text(daemon.log().trimEnd().split('\n').slice(-15).join('\n'));
    }
    return problem;
  }
}

async function shell(cluster: Cluster): Promise<void> {
  const { box1, box2, outside } = cluster;
  const control = join(repositoryRoot(), 'node_modules/.bin/tandemctl');
  say(`${bold('The cluster stays up until you leave this shell.')} Some things to try:

    box1 ipvsadm -Ln                     a command on box 1 (also: box2, client)
    client curl http://${VIP}/apache2-default/      or: client ab -n 200 http://${VIP}/apache2-default/
    box1 ip addr show eth0
    ${control} status --control ${box1.daemon.controlSocket}
    kill -9 $(cat ${box1.host.folder}/vrrp.pid)
    tail -f ${box1.host.folder}/daemon.log
`);
  const functions = [box1.host, box2.host, outside].map(
    (host) => `${host.name}() { ${host.words([]).join(' ')} "$@"; }; `,
  );
  const start = `${functions.join('')}export -f box1 box2 client; PS1='tandem demo # ' exec bash --norc -i`;
  const child = spawn('bash', ['-c', start], { stdio: 'inherit' });
  await once(child, 'exit');
}

let running: Cluster | undefined;

async function main(): Promise<boolean> {
  const started = performance.now();
  say(INTRODUCTION);
  const cluster = await Cluster.create({ box1: 'tandemd', box2: 'tandemd' });
  running = cluster;
  let problem: Error | undefined;
  try {
    for (const step of STEPS) {
      problem = await play(cluster, step);
      if (problem !== undefined) break;
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    if (problem === undefined)
      say(green(`All ${STEPS.length} steps did what they should, in ${seconds} s.`));
    if (keep) await shell(cluster);
  } finally {
    await cluster.destroy();
  }
  return problem === undefined;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A shell that is played in has the terminal's interrupts for itself.
    if (keep && signal === 'SIGINT') return;
    void (running?.destroy() ?? Promise.resolve()).finally(() => process.exit(130));
  });
}
process.exitCode = (await main()) ? 0 : 1;
