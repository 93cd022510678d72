// What mails say of real servers.
import type { Mail, MailSink } from '../lib/mail-sink.ts';
import { isLate, type Box } from './boxes.ts';

/** Wall time, in the one way in which keepalived writes it. */
const DATE = /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r$/m;

/** @returns a mail word for word, without the moment at which it was written */
export function wholeMail({ hello, from, to, text }: Mail): string {
  return [hello, from, to.join(), text.replace(DATE, 'Date: then')].join('\n');
}

/** @returns each mail about a real server once, as one that was late has told more, by its case */
export function mailsByServer({ cases }: Box, sink: MailSink): Record<string, string[]> {
  const mails = sink.mails();
  const told = cases.flatMap(({ name, address, differs }) => {
    if (differs === true) return [];
    const own = mails.filter(
      ({ subject, text }) => subject.includes(`[${address}]`) && !isLate(name, text),
    );
    return [[name, [...new Set(own.map(wholeMail))].toSorted()] as const];
  });
  return Object.fromEntries(told);
}
