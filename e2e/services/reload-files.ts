/** Files that follow each other, each another one and yet much the same. */
import { block, line, render, type Entry } from '../config-oracle/entry.ts';
import { Random } from '../config-oracle/random.ts';
import { virtualServer, type Plan } from './service-files.ts';

/** Of any kind; those of a kind of their own follow. */
const SLOTS = 12;
/** Something of each virtual server that is not left out: other lines are nothing without it. */
const NEEDED = /^(?:protocol|lb_algo|lvs_sched|lb_kind|lvs_method|ip_family) /;

/** What the kernel lists last, or in another table, or that differs in little from another. */
const KINDS: readonly Kind[] = [
  { name: 'fwmark 901', family: 4, options: ['ip_family inet'] },
  { name: 'fwmark 901', family: 6, options: ['ip_family inet6'] },
  { name: 'fwmark 902', family: 6, options: ['ip_family inet6', 'persistence_timeout 60'] },
  { name: 'fwmark 903', family: 4, options: ['persistence_timeout 60'] },
  { name: '10.9.0.1 0', family: 4, options: ['protocol TCP', 'persistence_timeout 60'] },
  { name: '10.9.0.1 0', family: 4, options: ['protocol UDP', 'persistence_timeout 60'] },
  { name: 'fd00:9::1 0', family: 6, options: ['protocol TCP', 'persistence_timeout 60'] },
  { name: '10.9.0.1 53', family: 4, options: ['protocol UDP', 'ops'] },
  { name: 'fd00:9::1 53', family: 6, options: ['protocol UDP', 'ops'] },
  { name: '10.9.0.1 53', family: 4, options: ['protocol SCTP'] },
  { name: 'fd00:9::1 53', family: 6, options: ['protocol SCTP'] },
  { name: '10.9.0.1 53', family: 4, options: ['protocol TCP'] },
];

/** What is always so with a virtual server. */
interface Kind {
  readonly name: string;
  readonly family: 4 | 6;
  readonly options: readonly string[];
}

/** What stands in one place of the file. */
interface Slot {
  /** Decides about all of it; undefined: nothing. */
  readonly seed: number | undefined;
  /** Which of its lines or blocks is left out; undefined: none. */
  readonly without: number | undefined;
}

/**
 * Three of four virtual servers stay from one file to the next; others come, go, become quite other
 * ones, or lose or regain a line or a real server. Nothing is checked: what checks and quorums of
 * the file before have found stays known, and is not the file's.
 * @param random - decides about everything
 * @param count - how many
 */
export function fileSequence(random: Random, count: number): readonly string[] {
  let slots: readonly Slot[] = Array.from({ length: SLOTS + KINDS.length }, () => anySlot(random));
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) slots = slots.map((each) => nextSlot(each, random));
    const globals = [
      line('script_user root'),
      ...(random.percent(30) ? [line(`lvs_timeouts tcp ${60 + random.below(900)}`)] : []),
    ];
    const servers = slots.flatMap((slot, n) => slotEntries(slot, n + 1));
    return `${render([{ text: 'global_defs', children: globals }, ...servers]).join('\n')}\n`;
  });
}

function nextSlot(slot: Slot, random: Random): Slot {
  const chance = random.below(100);
  if (chance < 75) return slot;
  if (chance < 90) return { seed: slot.seed, without: random.below(16) };
  return anySlot(random);
}

function anySlot(random: Random): Slot {
  return { seed: random.percent(80) ? random.below(1000) : undefined, without: undefined };
}

function slotEntries({ seed, without }: Slot, n: number): Entry[] {
  if (seed === undefined) return [];
  const kind = KINDS[n - 1 - SLOTS];
  if (kind !== undefined) return [lessened(ofKind(kind, new Random(`kind ${n} ${seed}`)), without)];
  const family = n % 3 === 0 ? 6 : 4;
  const isTunnel = n % 4 === 0;
  const plan: Plan = { n, net: '1', family, isChecked: false, isRefused: false, isTunnel };
  const entries = virtualServer(plan, new Random(`slot ${n} ${seed}`));
  return entries.map((each) =>
    each.text.startsWith('virtual_server_group') ? each : lessened(each, without),
  );
}

function ofKind({ name, family, options }: Kind, random: Random): Entry {
  const servers = Array.from({ length: 1 + random.below(4) }, (_, i): Entry => {
    const address = family === 6 ? `fd01::${i + 1}` : `172.16.0.${i + 1}`;
    return block(`real_server ${address} 80`, `weight ${1 + random.below(3)}`);
  });
  const scheduler = line(`lvs_sched ${random.pick(['rr', 'wlc', 'sh'])}`);
  return {
    text: `virtual_server ${name}`,
    children: [...options.map(line), scheduler, line('lvs_method DR'), ...servers],
  };
}

/**
 * The first real server stays too: without any, a virtual server is refused. With a sorry server
 * goes what is said of it.
 */
function lessened(entry: Entry, without: number | undefined): Entry {
  const children = entry.children ?? [];
  const left = children[without ?? children.length]?.text ?? '';
  const first = children.find(({ text }) => text.startsWith('real_server '));
  if (NEEDED.test(left) || left === first?.text) return entry;
  const isLeft = (text: string): boolean =>
    text === left || (left.startsWith('sorry_server ') && text.startsWith('sorry_server_'));
  return { ...entry, children: children.filter(({ text }) => !isLeft(text)) };
}
