/**
 * The answer of a web server as keepalived reads it, which is not as HTTP means it: digests that
 * administrators have in their files depend on it.
 * - The body begins after the first empty line and is hashed as it comes, chunk sizes included.
 * - It is cut at Content-Length only where the header holds exactly `Content-Length:`.
 * @see inventory §4.7; genhash of keepalived 2.2.7 asked for each case
 */
import type { Page, RegexSettings } from '@tandem/health';
import { BodyDigest } from './body-digest.ts';
import { failure, type Failure } from './failure.ts';
import { pageChange, rememberPage, SAMPLE_BYTES_MAX } from './page-change.ts';
import { find } from './find.ts';
import { KeptBytes } from './kept-bytes.ts';

/** Sees the bytes go by; for genhash -v. */
export interface PageTap {
  header?(bytes: Uint8Array): void;
  body?(bytes: Uint8Array): void;
}

/** Header bytes; keepalived gives up at 4096. */
const HEADER_BYTES_MAX = 65_536;
/** Body bytes; they are hashed as they come and not kept. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
/** Body bytes that are kept where a regular expression is looked for in them. */
const SEARCHED_BYTES_MAX = 1024 * 1024;

const END_OF_HEADER = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = 'Content-Length:';

/** Reads one answer; keeps its header, hashes its body. */
export class PageReader {
  readonly #digest = new BodyDigest();
  readonly #tap: PageTap;
  readonly #regex: RegexSettings | undefined;
  readonly #wanted: string | undefined;
  #sample = '';
  readonly #header = new KeptBytes(HEADER_BYTES_MAX);
  /** What of the body is searched. */
  readonly #kept = new KeptBytes(SEARCHED_BYTES_MAX);
  #complete = false;
  #statusCode: number | undefined;
  #contentLength: number | undefined;
  #bodyBytes = 0;

  /**
   * @param judged - what is looked for in header and body, and the digest that it should have
   * @param tap - sees header and body go by
   */
  constructor(
    { regex, digest }: { regex?: RegexSettings; digest?: string } = {},
    tap: PageTap = {},
  ) {
    this.#regex = regex;
    this.#wanted = digest;
    this.#tap = tap;
  }

  /**
   * @param chunk - the next bytes of the answer
   * @returns a failure when a limit is passed
   */
  read(chunk: Uint8Array): Failure | undefined {
    if (this.#complete) return this.#readBody(chunk);
    // An end of header may lie across the border of two chunks.
    const before = this.#header.length;
    this.#header.add(chunk);
    const from = Math.max(0, before - END_OF_HEADER.length + 1);
    const end = this.#header.bytes().indexOf(END_OF_HEADER, from);
    if (end < 0)
      return before + chunk.length > HEADER_BYTES_MAX
        ? failure('header-too-long', `header longer than ${HEADER_BYTES_MAX} bytes`)
        : undefined;
    const length = end + END_OF_HEADER.length;
    this.#header.cut(length);
    this.#complete = true;
    this.#readHeader(this.#header.bytes());
    const body = chunk.subarray(length - before);
    return body.length > 0 ? this.#readBody(body) : undefined;
  }

  /** @returns the page, or a failure when the answer ended before its body began */
  finish(): Page | Failure {
    if (!this.#complete)
      return failure(
        'no-data',
        this.#header.length === 0
          ? 'connection closed without an answer'
          : `connection closed after ${this.#header.length} bytes of header`,
      );
    const found =
      this.#regex && find(this.#regex, Buffer.concat([this.#header.bytes(), this.#kept.bytes()]));
    const body = this.#digest;
    const change = this.#change();
    return {
      statusCode: this.#statusCode,
      // Most urls have none to compare it with.
      get digest() {
        return body.hex();
      },
      bodyBytes: this.#bodyBytes,
      contentLength: this.#contentLength,
      ...(change === undefined ? {} : { change }),
      ...(found === undefined ? {} : { found }),
    };
  }

  #change(): string | undefined {
    if (this.#wanted === undefined) return undefined;
    const digest = this.#digest.hex();
    const header = this.#header
      .bytes()
      .toString('latin1', 0, this.#header.length - END_OF_HEADER.length);
    const sample = { header, body: this.#sample, bodyBytes: this.#bodyBytes };
    if (digest !== this.#wanted) return pageChange(this.#wanted, sample);
    rememberPage(digest, sample);
    return undefined;
  }

  #readHeader(bytes: Buffer): void {
    this.#tap.header?.(bytes);
    const text = bytes.toString('latin1');
    const status = /^HTTP\/\d+(?:\.\d+)? +(\d{3})(?!\d)/.exec(text)?.[1];
    this.#statusCode = status === undefined ? undefined : Number(status);
    const at = text.indexOf(CONTENT_LENGTH);
    const length = /^[ \t]*(\d{1,15})/.exec(text.slice(at + CONTENT_LENGTH.length))?.[1];
    if (at >= 0 && length !== undefined) this.#contentLength = Number(length);
  }

  #readBody(chunk: Uint8Array): Failure | undefined {
    const left = (this.#contentLength ?? Infinity) - this.#bodyBytes;
    if (left > 0) this.#digest.add(chunk.length > left ? chunk.subarray(0, left) : chunk);
    if (this.#regex !== undefined) this.#kept.add(chunk);
    const missing = SAMPLE_BYTES_MAX - this.#bodyBytes;
    if (this.#wanted !== undefined && missing > 0)
      this.#sample += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString(
        'latin1',
        0,
        missing,
      );
    this.#bodyBytes += chunk.length;
    this.#tap.body?.(chunk);
    return this.#bodyBytes > BODY_BYTES_MAX
      ? failure('body-too-long', `body longer than ${BODY_BYTES_MAX} bytes`)
      : undefined;
  }
}
