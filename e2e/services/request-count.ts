import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Background } from '../lib/command.ts';

/** Messages that the kernel got. */
export interface Requests {
  readonly changes: number;
  readonly reads: number;
}

/** @see linux/netlink.h */
const NLM_F_DUMP = 0x300;
/** @see linux/genetlink.h */
const GENL_ID_CTRL = 16;
/** @see linux/ip_vs.h */
const IPVS_CMD_GET_SERVICE = 4;
/** strace takes this long to start. */
const ATTACH_MS = 1000;

/**
 * What a process asks of IPVS during an action, which that makes slower.
 * @param pid - of the process
 * @param file - for what strace says
 * @param action - ends when it is over
 */
export async function requests(
  pid: number,
  file: string,
  action: () => Promise<unknown>,
): Promise<Requests> {
  const options = '-f -qq -xx -s 65536 -e trace=sendmsg,sendmmsg -e abbrev=none'.split(' ');
  // It asks for the names of families in the network namespace that it is in.
  const namespace = ['nsenter', '-t', String(pid), '-n', '--'];
  const words = [...namespace, 'strace', ...options, '-o', file, '-p', String(pid)];
  const tracer = Background.start(words, `${file}.log`);
  await delay(ATTACH_MS);
  await action();
  await tracer.stop('SIGINT');
  const trace = readFileSync(file, 'latin1');
  const isRead = [...messages(trace)];
  const reads = isRead.filter(Boolean).length;
  return { changes: isRead.length - reads, reads };
}

/** Whether each message reads; strace takes those of sendmsg to pieces, and no others. */
function* messages(trace: string): Generator<boolean> {
  for (const [, flags = ''] of trace.matchAll(/nlmsg_type=IPVS, nlmsg_flags=([\w|]+)/g))
    yield flags.includes('NLM_F_DUMP');
  for (const [, text = ''] of trace.matchAll(/iov_base="((?:\\x\w\w)+)"/g)) {
    const bytes = Buffer.from(text.replaceAll('\\x', ''), 'hex');
    for (let at = 0; at + 17 <= bytes.length; at += Math.max(16, bytes.readUInt32LE(at)))
      if (bytes.readUInt16LE(at + 4) > GENL_ID_CTRL)
        yield (
          (bytes.readUInt16LE(at + 6) & NLM_F_DUMP) === NLM_F_DUMP ||
            bytes[at + 16] === IPVS_CMD_GET_SERVICE
        );
  }
}
