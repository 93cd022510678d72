/** Redirection by nftables, and by iptables where the kernel has no nat for nftables. */
import { execFile, type ExecFileException } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { ipFamily, type IpAddress, type IpFamily } from '@tandem/inet';
import {
  hasTable,
  removeDirectors,
  removeTable,
  renewDirectors,
  replaceRedirectTable,
} from '@tandem/netlink';
import type { RedirectTarget } from './redirect-targets.ts';
import type { RedirectMeans } from './redirects.ts';

/** Table of nftables, for nobody else. */
const TABLE = 'tandem_redirect';

/** A table whose directors are elements of a set that go by themselves. */
export const BY_NFTABLES: RedirectMeans = {
  name: 'nftables',
  replace: (services, directors) => replaceRedirectTable({ name: TABLE, services, directors }),
  async remove() {
    try {
      await removeTable(TABLE);
    } catch (error) {
      // A kernel without nftables has no such table.
      if (await hasTable(TABLE).catch(() => false)) throw error;
    }
  },
  renew: (directors) => renewDirectors(TABLE, directors),
  resign: (addresses) => removeDirectors(TABLE, addresses),
  // They are none, and stay so; without the table that cannot be done.
  look: (addresses) => removeDirectors(TABLE, addresses),
};

const CHAIN = 'TANDEM_REDIRECT';
const JUMP = ['PREROUTING', '-j', CHAIN];
const RESTORE = ['-restore', '--noflush', '-w'];
const HAS_JUMP = ['-w', '-t', 'nat', '-C', ...JUMP];
/** Lists of xt_recent, which are there while a rule has them. */
const LISTS = '/proc/net/xt_recent';
const LIST_PREFIX = 'tandem-';
const TCP = 6;

/** A chain whose directors are in lists of addresses that were seen recently. */
export const BY_IPTABLES: RedirectMeans = {
  name: 'iptables',
  async replace(targets, directors) {
    for (const family of [4, 6] as const) {
      const own = targets.filter(({ address }) => ipFamily(address) === family);
      if (own.length > 0) await setChain(family, own);
      else if (presentFamilies().has(family)) await removeChain(family);
    }
    tell(
      '+',
      directors.map(({ address }) => address),
    );
  },
  async remove() {
    for (const family of presentFamilies()) await removeChain(family);
  },
  renew: async (directors) =>
    tell(
      '+',
      directors.map(({ address }) => address),
    ),
  resign: async (addresses) => tell('-', addresses),
  async look(addresses) {
    const present = new Set(lists());
    const missing = addresses.find((each) => !present.has(`${LIST_PREFIX}${each}`));
    if (missing !== undefined) throw new Error(`no rules for ${missing}`);
  },
  // The lists are there as long as the chain is, also when nothing leads to it any more.
  async inspect(addresses) {
    for (const family of new Set(addresses.map(ipFamily))) await run(family, ['', ...HAS_JUMP]);
  },
};

/** @returns a line for each of what a stop leaves in the kernel, for people */
export async function presentRedirects(): Promise<readonly string[]> {
  // A kernel without nftables has no such table.
  const isTable = await hasTable(TABLE).catch(() => false);
  return [
    ...(isTable ? [`nftables table inet ${TABLE}`] : []),
    ...(lists().length > 0 ? [`iptables chain ${CHAIN}`] : []),
  ];
}

/**
 * Takes it out, as far as that can be done.
 * @returns why something stays, one sentence each
 */
export async function removeRedirects(): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(
    [BY_NFTABLES, BY_IPTABLES].map((each) => each.remove()),
  );
  return outcomes.flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as Error).message] : [],
  );
}

/** @throws Error where there is no such list */
function tell(sign: '+' | '-', addresses: readonly IpAddress[]): void {
  for (const address of addresses)
    writeFileSync(`${LISTS}/${LIST_PREFIX}${address}`, `${sign}${address}\n`, { flag: 'r+' });
}

function lists(): readonly string[] {
  try {
    return readdirSync(LISTS).filter((each) => each.startsWith(LIST_PREFIX));
  } catch {
    return [];
  }
}

/** @returns those that have the chain */
function presentFamilies(): ReadonlySet<IpFamily> {
  return new Set(lists().map((each) => (each.includes(':') ? 6 : 4)));
}

/**
 * The text for iptables-restore that makes the chain what it should be.
 * @see iptables-extensions(8) recent, addrtype
 */
export function chainText(targets: readonly RedirectTarget[]): string {
  const rules = targets.flatMap((each) => {
    const list = `-m recent --name ${LIST_PREFIX}${each.address} --rdest`;
    // Whole seconds, and not more than it should be where that is possible.
    const seconds = Math.max(1, Math.floor(each.lifetimeMs / 1000));
    const isNew = each.protocol === TCP ? '--syn ' : '';
    const action = each.to === undefined ? 'REDIRECT' : `DNAT --to-destination ${each.to}`;
    return [
      `${matchOf(each)} -m addrtype ! --dst-type LOCAL -j ${action}`,
      `${matchOf(each)} ${isNew}${list} ! --rcheck --seconds ${seconds} -j ${action}`,
    ];
  });
  const lines = rules.map((each) => `-A ${CHAIN} ${each}`);
  return ['*nat', `:${CHAIN} - [0:0]`, ...lines, 'COMMIT', ''].join('\n');
}

function matchOf({ address, protocol, port }: RedirectTarget): string {
  return `-d ${address} -p ${protocol}${port === 0 ? '' : ` --dport ${port}`}`;
}

async function setChain(family: IpFamily, targets: readonly RedirectTarget[]): Promise<void> {
  await run(family, RESTORE, chainText(targets));
  const isThere = run(family, ['', ...HAS_JUMP]);
  await isThere.catch(() => run(family, ['', '-w', '-t', 'nat', '-I', ...JUMP]));
}

/** In one step: what is removed by half would be found no more by its lists. */
async function removeChain(family: IpFamily): Promise<void> {
  try {
    await run(family, RESTORE, removalText([`-D ${JUMP.join(' ')}`]));
  } catch {
    // Somebody may have removed what leads to it.
    await run(family, RESTORE, removalText([]));
  }
}

function removalText(first: readonly string[]): string {
  return ['*nat', ...first, `-F ${CHAIN}`, `-X ${CHAIN}`, 'COMMIT', ''].join('\n');
}

/** Where iptables stands for nftables, the older one beside it is meant, which is always legacy. */
async function run(
  family: IpFamily,
  [suffix = '', ...words]: readonly string[],
  input?: string,
): Promise<void> {
  const base = family === 4 ? 'iptables' : 'ip6tables';
  try {
    await execute(`${base}-legacy${suffix}`, words, input);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await execute(`${base}${suffix}`, words, input);
  }
}

const TIMEOUT_MS = 10_000;
const PATH = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin';

function execute(program: string, words: readonly string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, env: { PATH } };
    const child = execFile(program, words, options, (error, _, stderr) => {
      if (error === null) resolve();
      else if (error.code === 'ENOENT') reject(error);
      else reject(new Error(`${program}: ${failureOf(error, stderr)}`, { cause: error }));
    });
    // It may have ended before it has read anything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function failureOf({ killed, message }: ExecFileException, stderr: string): string {
  if (killed === true) return `not done in ${TIMEOUT_MS / 1000} s, as when somebody holds its lock`;
  return stderr.trim() || message.trim();
}
