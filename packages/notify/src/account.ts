import { readFileSync } from 'node:fs';

/** Numbers that a script runs with. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Looks an account up in /etc/passwd and /etc/group.
 * @param user - name or number
 * @param group - name or number; absent means the user's own
 * @returns the numbers, or undefined when user or group does not exist
 * @see passwd(5), group(5)
 */
export function findAccount(user: string, group?: string): Account | undefined {
  const entry = find('/etc/passwd', user);
  if (entry === undefined) return undefined;
  const uid = Number(entry[2]);
  const gid = group === undefined ? Number(entry[3]) : groupNumber(group);
  return gid === undefined ? undefined : { uid, gid };
}

function groupNumber(group: string): number | undefined {
  const entry = find('/etc/group', group);
  return entry === undefined ? undefined : Number(entry[2]);
}

/** The fields of the line whose name or number is the one wanted. */
function find(file: string, wanted: string): readonly string[] | undefined {
  if (wanted === '') return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries = lines.map((line) => line.split(':'));
  return (
    entries.find((entry) => entry[0] === wanted) ?? entries.find((entry) => entry[2] === wanted)
  );
}
