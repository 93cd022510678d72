/** Codes of what happens before there are statements: files, includes, definitions, repetitions. */
export const FILE_CODES = {
  FILE_MISSING: {
    severity: 'error',
    meaning: 'The file to be read does not exist, or its pattern matches nothing.',
    cure: 'Correct the path after -f.',
    example: '',
  },
  FILE_UNREADABLE: {
    severity: 'error',
    meaning: 'The main file is there and cannot be read. The daemon does not start.',
    cure: 'Correct its owner and permissions, or ask as root.',
    example: '',
  },
  FILE_SKIPPED: {
    severity: 'warning',
    meaning:
      'The file is a directory, a device or executable, and is left out. An included one that cannot be read is left out, too, as an error.',
    cure: 'chmod a-x FILE, or correct its owner and permissions.',
    example: 'include secret.conf',
  },
  INCLUDE_MISSING: {
    severity: 'error',
    meaning:
      'An include finds nothing. A plain include gives a note, unless include_check says otherwise.',
    cure: 'Correct the path; it is relative to the file that includes.',
    example: 'includem no-such.conf',
  },
  INCLUDE_CYCLE: {
    severity: 'error',
    meaning: 'A file includes itself, directly or through others; the inner include is left out.',
    cure: 'Remove one of the includes.',
    example: `include b.conf
#### b.conf
include b.conf`,
  },
  TOO_MANY_FILES: {
    severity: 'error',
    meaning:
      'Includes lead to more than 10,000 files, or more than 64 levels down; the rest is left out.',
    cure: 'Look for files that include each other, or for a pattern that matches too much.',
    example: '~SEQ(N, 1, 10001) include b.conf\n#### b.conf\n',
  },
  EXPANSION_LIMIT: {
    severity: 'error',
    meaning:
      'Definitions, repetitions and files that are read again come to more than 16 million characters, or definitions refer in a circle.',
    cure: 'Look for a definition that uses itself, or for a repetition without a sensible end.',
    example: '$A=$B\n$B=$A\nrouter_id $A',
    within: 'global_defs',
  },
  INVALID_REPETITION: {
    severity: 'error',
    meaning: 'A ~SEQ or ~LST line cannot be understood and repeats nothing.',
    cure: 'Write ~SEQ(NAME, START, STEP, END) text or ~LST({NAMES}, {VALUES}, …) text.',
    example: '~SEQ(N, 1, x) vrrp_instance V${N} {',
  },
} as const;
