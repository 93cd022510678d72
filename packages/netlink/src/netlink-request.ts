import type { MessageWriter } from './message-writer.ts';

/** One question to the kernel. */
export interface NetlinkRequest {
  /** nlmsg_type. */
  readonly type: number;
  /** NLM_F_CREATE, NLM_F_EXCL …; REQUEST and ACK or DUMP are added. */
  readonly flags?: number;
  /**
   * The kernel always carries out this change, or says why not: of many only the last is acknowledged,
   * and one without an answer has succeeded when a later one has its own.
   */
  readonly isSure?: boolean;
  /** Writes what follows the message's header. May be called again when a dump is repeated. */
  encode(writer: MessageWriter): void;
  /** What is tried, for error messages: `add address 10.0.0.1/24 on 3`. */
  describe(): string;
  /** What an error name means for this request, where the general text would mislead. */
  meaning?(errno: number): string | undefined;
}
