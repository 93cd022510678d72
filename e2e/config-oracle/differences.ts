/** Where our verdict is another one than keepalived's on purpose; docs/configuration.md says why. */

/** A file that the two judge differently. */
export interface Difference {
  readonly text: string;
  /** Keywords under test, each after its blocks. */
  readonly keywords: readonly string[];
  readonly theirs: { readonly status: number; readonly output: string };
  readonly ours: { readonly status: number; readonly codes: readonly string[] };
}

/** One decision. */
interface DifferenceClass {
  /** As it begins its row in the table of docs/configuration.md. */
  readonly name: string;
  readonly holds: (difference: Difference) => boolean;
}

/** Flags that keepalived turns on by any word, a wrong one and `off` among them. */
const DEAF = /(?:vrrp_strict|skip_check_adv_addr|alpha|omega|inhibit_on_failure)\b/;
/** Of what keepalived leaves out at its start, with a line in the log. */
const FAMILY_OR_PORT: ReadonlySet<string> = new Set([
  'ADDRESS_FAMILY_MISMATCH',
  'PORT_ZERO_NEEDS_PERSISTENCE',
]);
const BRACES = /BRACE|QUOTE|EXTRA_PARAMETERS|MISSING_NAME/;

/** The first that holds is the one that counts. */
export const DIFFERENCE_CLASSES: readonly DifferenceClass[] = [
  {
    name: '`vrrp_skip_check_adv_addr maybe` and other flags with a word that is no boolean',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 && only(ours.codes, 'INVALID_WORD') && DEAF.test(text),
  },
  {
    name: 'a keyword that is newer than 2.2.7',
    holds: ({ theirs, ours }) => ours.status === 0 && /Unknown keyword/.test(theirs.output),
  },
  {
    name: 'a number that is `+`, `.` or `""`',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 && only(ours.codes, 'INVALID_NUMBER') && /[ \t](?:\+|\.|"")$/m.test(text),
  },
  {
    name: '`payload ff` and other bytes that end in `f`',
    holds: ({ theirs, ours }) => ours.status === 0 && /Invalid hex string/.test(theirs.output),
  },
  {
    name: '`persistence_granularity` above 128, or 0',
    holds: ({ theirs, text }) => theirs.status === 0 && /persistence_granularity/.test(text),
  },
  {
    name: 'times that the kernel does not take for IPVS',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 &&
      only(ours.codes, 'NUMBER_OUT_OF_RANGE') &&
      /(?:persistence_timeout|lvs_timeouts)/.test(text),
  },
  {
    name: '`include_check` with several checks, or with `readable` as the manual has it',
    holds: ({ theirs, ours }) => ours.status === 0 && /include_check/.test(theirs.output),
  },
  {
    name: 'folders and VMACs that the box has or has not',
    holds: ({ theirs, ours }) =>
      ours.status === 0 &&
      /Unable to create config_save_dir|already exists and is not a private macvlan/.test(
        theirs.output,
      ),
  },
  {
    name: '`virtual_server fwmark` in hexadecimal',
    holds: ({ theirs, ours }) => ours.status === 0 && /virtual server fwmark/.test(theirs.output),
  },
  {
    name: '`proto` in a route',
    holds: ({ theirs, ours }) =>
      ours.status === 0 && /unknown route keyword proto\b/.test(theirs.output),
  },
  {
    name: 'the last option of a route without its value',
    holds: ({ theirs, ours, keywords }) =>
      theirs.status === 2 &&
      only(ours.codes, 'INVALID_ROUTE') &&
      keywords.some((each) => each.endsWith('_routes')),
  },
  {
    name: 'words after the last one of `umask`, `snmp_socket`, `snmp_name`, `lvs_sync_daemon`, `reload_time_file` or `init_file`',
    holds: ({ keywords }) =>
      keywords.some((each) =>
        /(?:umask|snmp_socket|snmp_name|lvs_sync_daemon|reload_time_file|init_file)$/.test(each),
      ),
  },
  {
    name: 'a word after `weight N reverse`',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 &&
      only(ours.codes, 'UNKNOWN_OPTION') &&
      /weight \S+ reverse \S/.test(text),
  },
  {
    name: 'a `virtual_server group` whose group is not there',
    holds: ({ theirs, ours }) => theirs.status === 0 && only(ours.codes, 'UNKNOWN_SERVER_GROUP'),
  },
  {
    name: 'port 0 in a group with a mark of IPv6',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 &&
      only(ours.codes, 'PORT_ZERO_NEEDS_PERSISTENCE') &&
      /fwmark \d+ inet6/.test(text),
  },
  {
    name: 'a `regex` that cannot be translated for JavaScript',
    holds: ({ theirs, ours }) => theirs.status === 0 && only(ours.codes, 'INVALID_REGEX'),
  },
  {
    name: '`path ""` in a url',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 && ours.codes.includes('MISSING_PATH') && /path ""/.test(text),
  },
  {
    name: '`net_namespace_ipvs` without a name, twice',
    holds: ({ theirs, ours }) =>
      ours.status === 0 && /keyword `net_namespace_ipvs`/.test(theirs.output),
  },
  {
    name: 'a script that is there and cannot be run, without script security',
    // Of what the samples name, this is no program.
    holds: ({ theirs, ours, text }) =>
      theirs.status === 6 &&
      !ours.codes.includes('SCRIPT_SECURITY_DISABLED') &&
      /[ "]\/etc\/hostname/.test(text),
  },
  {
    name: 'scripts without script security, beside an interface that the box does not have',
    holds: ({ theirs, ours }) =>
      theirs.status === 5 &&
      ours.status === 6 &&
      /Non-existent interface/.test(theirs.output) &&
      ours.codes.includes('UNKNOWN_INTERFACE'),
  },
  {
    name: 'exit 4 for an interface that the box does not have',
    holds: ({ theirs, ours }) => theirs.status === 4 && ours.status === 5,
  },
  {
    name: 'a list keyword at the end of a block without its `{`',
    holds: ({ theirs, ours }) => theirs.status === 0 && only(ours.codes, 'MISSING_OPEN_BRACE'),
  },
  {
    name: 'a `virtual_server group` of another family than its real servers',
    holds: ({ theirs, ours, text }) =>
      theirs.status === 0 &&
      ours.codes.includes('ADDRESS_FAMILY_MISMATCH') &&
      ours.codes.every((code) => FAMILY_OR_PORT.has(code)) &&
      /virtual_server group/.test(text),
  },
  {
    name: '`bindto` of a SMTP_CHECK, of another family than the server',
    holds: ({ theirs, ours }) => theirs.status === 0 && only(ours.codes, 'ADDRESS_FAMILY_MISMATCH'),
  },
  {
    name: 'a block of an unknown keyword',
    holds: ({ theirs, ours }) =>
      ours.status !== 0 &&
      ours.codes.includes('UNKNOWN_KEYWORD') &&
      /Unexpected '\{'/.test(theirs.output),
  },
  {
    name: 'a missing or extra brace',
    holds: ({ theirs, ours }) =>
      theirs.status !== 0 && ours.status !== 0 && ours.codes.some((code) => BRACES.test(code)),
  },
];

/** @returns whether a code is there, and no other */
function only(codes: readonly string[], code: string): boolean {
  return codes.length > 0 && codes.every((each) => each === code);
}
