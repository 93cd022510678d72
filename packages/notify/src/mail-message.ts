/** A mail before it has an envelope. */
export interface Mail {
  /** Without the `[router_id] ` tag. */
  readonly subject: string;
  /** One line. */
  readonly body: string;
}

/** Who a mail is from and to. */
export interface Envelope {
  readonly from: string;
  /** At least one. */
  readonly to: readonly string[];
  readonly routerId: string;
}

/**
 * The message as keepalived writes it, header for header.
 * @param when - wall time of the Date header
 * @returns text with CRLF line ends
 * @see RFC 5322
 */
export function composeMail(mail: Mail, envelope: Envelope, when: Date): string {
  const lines = [
    `Date: ${when.toUTCString().replace('GMT', '+0000')}`,
    `From: ${oneLine(envelope.from)}`,
    `Subject: [${oneLine(envelope.routerId)}] ${oneLine(mail.subject)}`,
    'X-Mailer: Keepalived',
    `To: ${envelope.to.map(oneLine).join(', ')}`,
    '',
    oneLine(mail.body),
    '',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** A name from a configuration file must not add headers. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
