/** System calls about this process that Node lacks, and the number of an interface. */
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { native } from './native.ts';
import { checked } from './socket-error.ts';

/**
 * Asks the kernel for a signal when the parent (the thread of it that forked us) ends.
 * @param signal - 1–64; 0 asks for none. A parent that ended before is missed: compare `parentPid`
 *   afterwards
 * @throws SocketError; TypeError
 * @see prctl(2), PR_SET_PDEATHSIG
 */
export function setParentDeathSignal(signal: number): void {
  checked('prctl', native().setParentDeathSignal(signal));
}

/**
 * @returns the parent's process id as of now; changes when the parent ends
 * @see getppid(2)
 */
export function parentPid(): number {
  return process.ppid;
}

/**
 * Sets the priority of the thread that runs JavaScript.
 * @param priority - −20 (first) to 19 (last)
 * @throws SocketError: EACCES without CAP_SYS_NICE; TypeError
 * @see setpriority(2)
 */
export function setNice(priority: number): void {
  checked('setpriority', native().setNice(priority));
}

/**
 * Puts the thread that runs JavaScript under the real-time policy SCHED_RR; threads and children
 * made later start with the ordinary one.
 * @param priority - 1–99
 * @throws SocketError: EPERM without CAP_SYS_NICE; TypeError
 * @see sched_setscheduler(2)
 */
export function setRoundRobin(priority: number): void {
  checked('sched_setscheduler', native().setRoundRobin(priority));
}

/** Processors that the kernel may be told of, which is what the C library has room for. */
const PROCESSORS_MAX = 1024;

/**
 * Lets all threads of this process run on some processors only, and with them all threads and
 * children that are made later.
 * @param processors - their numbers, 0–1023, at least one
 * @throws SocketError: EINVAL when this box has none of them; RangeError
 * @see sched_setaffinity(2)
 */
export function setAffinity(processors: readonly number[]): void {
  const mask = new Uint8Array(PROCESSORS_MAX / 8);
  for (const each of processors) {
    if (!Number.isInteger(each) || each < 0 || each >= PROCESSORS_MAX)
      throw new RangeError(`no number of a processor: ${each}`);
    const byte = Math.floor(each / 8);
    mask[byte] = (mask[byte] ?? 0) | (1 << (each % 8));
  }
  for (const thread of readdirSync('/proc/self/task').map(Number)) {
    const status = native().setAffinity(thread, mask);
    // One that has ended meanwhile runs nowhere.
    if (status !== -constants.errno.ESRCH) checked('sched_setaffinity', status);
  }
}

/**
 * Lets the kernel end this process when a real-time thread of it has run for so long without waiting
 * for anything. Such a limit can be lowered later, not raised.
 * @param microseconds - 1 or more
 * @throws SocketError: EINVAL, EPERM; TypeError
 * @see getrlimit(2), RLIMIT_RTTIME
 */
export function limitRealTime(microseconds: number): void {
  checked('setrlimit', native().limitRealTime(microseconds));
}

/**
 * Keeps the program, its libraries, the C heap and the stack in memory, each page once it has been
 * touched. What is loaded later needs another call. JavaScript's own memory stays swappable, for V8
 * does not survive a lock on it: where there is swap, deny it to the service (MemorySwapMax=0).
 * @throws SocketError: EPERM, ENOMEM or EAGAIN without CAP_IPC_LOCK
 * @see mlock2(2), MLOCK_ONFAULT
 */
export function lockMemory(): void {
  checked('mlock2', native().lockMemory());
}

/**
 * @param name - what ps shows as the command; the kernel keeps 15 bytes
 * @throws TypeError
 * @see prctl(2), PR_SET_NAME
 */
export function setProcessName(name: string): void {
  checked('prctl', native().setProcessName(name));
}

/**
 * Moves the thread that runs JavaScript, and with it all sockets and children that are made later,
 * into another network namespace. What other threads do, such as looking up names, stays behind.
 * @param path - of the namespace: `/run/netns/NAME`, `/proc/PID/ns/net`
 * @throws SocketError: ENOENT, EINVAL for another file, EPERM without CAP_SYS_ADMIN; TypeError
 * @see setns(2)
 */
export function enterNetworkNamespace(path: string): void {
  checked('setns', native().enterNetworkNamespace(path));
}

/**
 * @param name - of an interface in this network namespace
 * @returns its index; undefined when there is none of that name
 * @throws TypeError
 * @see if_nametoindex(3)
 */
export function interfaceIndex(name: string): number | undefined {
  const index = native().interfaceIndex(name);
  return index === 0 ? undefined : index;
}
