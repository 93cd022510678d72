/**
 * Runs a command of this folder.
 * @param name - as it is called
 * @param usage - printed when it is asked for, or when words are wrong
 * @param readOptions - reads the command line, with `help` among its values; throws for wrong words
 * @param run - does it, and returns the exit status
 * @returns the exit status; 2 for wrong words
 */
export async function runCommand({ name, usage, readOptions, run }) {
  let options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n${usage}`);
    return 2;
  }
  if (!options.help) return run(options);
  process.stdout.write(usage);
  return 0;
}

/**
 * @param text - a whole number of at most nine digits
 * @throws Error for anything else
 */
export function readNumber(text) {
  if (!/^\d{1,9}$/.test(text)) throw new Error('numbers are whole');
  return Number(text);
}
