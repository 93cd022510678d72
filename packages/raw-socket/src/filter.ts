/** Classic BPF programs. */
import { LITTLE_ENDIAN, whole } from './socket-address.ts';

/**
 * One instruction of a classic BPF program.
 * @see linux/filter.h, struct sock_filter
 */
export interface BpfInstruction {
  /** Operation, 16 bit. */
  readonly code: number;
  /** Instructions to skip when the comparison holds, 0–255. */
  readonly jt: number;
  /** Instructions to skip when it does not, 0–255. */
  readonly jf: number;
  /** Operand, 32 bit unsigned. */
  readonly k: number;
}

/**
 * @param instructions - a whole program
 * @returns an array of struct sock_filter
 * @throws TypeError for a number outside its field
 */
export function encodeFilter(instructions: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    view.setUint16(i * 8, whole('code', code, 0xffff), LITTLE_ENDIAN);
    view.setUint8(i * 8 + 2, whole('jt', jt, 0xff));
    view.setUint8(i * 8 + 3, whole('jf', jf, 0xff));
    view.setUint32(i * 8 + 4, whole('k', k, 0xffffffff), LITTLE_ENDIAN);
  }
  return bytes;
}
