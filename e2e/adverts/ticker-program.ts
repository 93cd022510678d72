// Tells when the machine keeps even somebody waiting who goes before all others and has nothing to do.
// Prints an empty list when it has come up, then a line of JSON for each time that it was called late, by
// the clock of the wire: from when it should have been, until when it was, in ms since 1970.
// Argument: seconds after which it ends.
const EVERY_MS = 1;
const LATE_MS = 0.5;

const untilMs = performance.now() + Number(process.argv[2]) * 1000;
process.stdout.write('[]\n');
const never = new Int32Array(new SharedArrayBuffer(4));
for (let now = performance.now(); now < untilMs;) {
  const due = now + EVERY_MS;
  Atomics.wait(never, 0, 0, EVERY_MS);
  now = performance.now();
  if (now - due > LATE_MS) {
    const ahead = Date.now() - now;
    process.stdout.write(`${JSON.stringify([due + ahead, now + ahead])}\n`);
  }
}
