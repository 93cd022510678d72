import fc from 'fast-check';
import { formatServiceKey, type DesiredService } from '@tandem/ipvs';
import { expect, test } from 'vitest';
import { TableSurvey } from '../../src/ipvs/table-survey.ts';
import { FakeKernel } from './fake-kernel.ts';
import { BOX1, BOX2, realServer, startedService, VIP } from './settings.ts';

const always = (): boolean => true;

/** Many services, of which one in ten does not show all of it. */
function services(count: number): DesiredService[] {
  return Array.from({ length: count }, (_, i) => {
    const upperThreshold = i % 10 === 0 ? 5 : 0;
    return startedService({
      key: { kind: 'address', address: VIP, port: i + 1, protocol: 'TCP' },
      realServers: [realServer({ address: BOX1 }), realServer({ address: BOX2, upperThreshold })],
    });
  });
}

function kernelOf(table: readonly DesiredService[]): FakeKernel {
  const kernel = new FakeKernel();
  for (const each of table) kernel.table.set(formatServiceKey(each.key), each);
  return kernel;
}

/** Reads until each service has had its turn. */
async function surveyed(
  survey: TableSurvey,
  kernel: FakeKernel,
  wanted: readonly DesiredService[],
): Promise<void> {
  for (let seen = 0; seen < wanted.length; seen += 100)
    await survey.read(kernel, { services: wanted, abandoned: [] }, always);
}

test('of many services that look as they should, a hundred are read exactly, in turn', async () => {
  const wanted = services(1000);
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  kernel.read.length = 0;
  for (let i = 1; i <= 10; i += 1) {
    const read = await survey.read(kernel, { services: wanted, abandoned: [] }, always);
    expect(read?.entries.every((each, n) => each === wanted[n])).toBe(true);
    expect(kernel.read).toHaveLength(i * 100);
  }
  expect(new Set(kernel.read).size).toBe(1000);
});

test('of very many services all are read exactly in twelve surveys, with no more pauses than for few', async () => {
  const wanted = services(3000);
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  // The first one finds out which do not show all of it.
  await survey.read(kernel, { services: wanted, abandoned: [], inTurn: 0 }, always);
  kernel.read.length = 0;
  let rests = 0;
  const rest = async (): Promise<void> => void (rests += 1);
  const expected = { services: wanted, abandoned: [], rest };
  for (let i = 0; i < 12; i += 1) await survey.read(kernel, expected, always);
  expect([kernel.read.length, new Set(kernel.read).size]).toEqual([3000, 3000]);
  expect(rests).toBeGreaterThan(12 * 50);
  expect(rests).toBeLessThanOrEqual(12 * 100);
});

test('of a survey that somebody waits for, fewer are read exactly', async () => {
  const wanted = services(300);
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  kernel.read.length = 0;
  const expected = { services: wanted, abandoned: [], inTurn: 25 };
  for (let seen = 0; seen < wanted.length; seen += 25) await survey.read(kernel, expected, always);
  expect(kernel.read.toSorted()).toEqual(wanted.map(({ key }) => formatServiceKey(key)).toSorted());
});

const name = (each: DesiredService | undefined): string | undefined =>
  each && formatServiceKey(each.key);

test('what looks otherwise is read at once, what is hidden when its turn comes', async () => {
  const wanted = services(500);
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  const [, , , gone, heavier, limited] = wanted.slice(200) as [
    never,
    never,
    never,
    ...DesiredService[],
  ];
  const set = (old: DesiredService | undefined, change: object): void => {
    if (old === undefined) throw new Error('there are not so many');
    const destinations = old.destinations.map((each) => ({ ...each, ...change }));
    kernel.table.set(formatServiceKey(old.key), { ...old, destinations });
  };
  kernel.table.delete(formatServiceKey(gone?.key ?? { kind: 'fwmark', mark: 1, family: 4 }));
  set(heavier, { weight: 77 });
  set(limited, { upperThreshold: 9 });
  const read = async (): Promise<(string | undefined)[]> => {
    const entries = await survey.read(kernel, { services: wanted, abandoned: [] }, always);
    const found = new Set(entries?.entries);
    return wanted.filter((each) => !found.has(each)).map((each) => formatServiceKey(each.key));
  };
  expect(await read()).toEqual([name(gone), name(heavier)]);
  await read();
  expect(await read()).toEqual([name(gone), name(heavier), name(limited)]);
});

test('any table is read as it is, as far as it shows', async () => {
  const kinds = ['as wanted', 'gone', 'weight', 'method', 'scheduler', 'empty'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...kinds), { minLength: 101, maxLength: 150 }),
      fc.nat(1000),
      async (fates, abandonedPort) => {
        const wanted = services(fates.length);
        const kernel = kernelOf(wanted);
        const survey = new TableSurvey();
        await surveyed(survey, kernel, wanted);
        for (const [i, fate] of fates.entries()) {
          const service = wanted[i];
          if (service === undefined || fate === 'as wanted') continue;
          const name = formatServiceKey(service.key);
          if (fate === 'gone') kernel.table.delete(name);
          const destinations = service.destinations.map((each) => ({
            ...each,
            ...(fate === 'weight' && { weight: 3 }),
            ...(fate === 'method' && { forwarding: 'Tunnel' as const }),
          }));
          if (fate === 'weight' || fate === 'method')
            kernel.table.set(name, { ...service, destinations });
          if (fate === 'empty') kernel.table.set(name, { ...service, destinations: [] });
          if (fate === 'scheduler') kernel.table.set(name, { ...service, scheduler: 'wlc' });
        }
        const abandoned = startedService({
          key: { kind: 'address', address: VIP, port: 1000 + abandonedPort, protocol: 'TCP' },
        });
        kernel.table.set(formatServiceKey(abandoned.key), abandoned);
        const expected = { services: wanted, abandoned: [abandoned.key] };
        const read = await survey.read(kernel, expected, always);
        expect(read?.entries.map(content).toSorted()).toEqual(
          (await kernel.services()).map(content).toSorted(),
        );
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});

test('a service that an outline leaves out is read exactly, wanted or abandoned', async () => {
  const wanted = services(250);
  const abandoned = startedService({ key: { kind: 'fwmark', mark: 1, family: 4 } });
  const kernel = kernelOf([...wanted, abandoned]);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  kernel.read.length = 0;
  const left = [wanted[120], wanted[249], abandoned].flatMap((each) => name(each) ?? []);
  for (const each of left) kernel.holes.add(each);
  const expected = { services: wanted, abandoned: [abandoned.key], inTurn: 0 };
  const read = await survey.read(kernel, expected, always);
  expect(kernel.read).toEqual(left);
  expect(read?.entries.slice(0, -1)).toEqual(wanted);
  expect(read?.entries.map(content).at(-1)).toBe(content(abandoned));
});

test('a mark is seen to drift behind the same mark of the other family', async () => {
  const wanted = ([4, 6] as const).map((family) =>
    startedService({ key: { kind: 'fwmark', mark: 21, family } }),
  );
  for (const hidden of wanted) {
    const kernel = kernelOf(wanted);
    kernel.holes.add(formatServiceKey(hidden.key));
    const survey = new TableSurvey();
    await surveyed(survey, kernel, wanted);
    const drifted = { ...hidden, scheduler: 'nq' };
    kernel.table.set(formatServiceKey(hidden.key), drifted);
    const read = await survey.read(kernel, { services: wanted, abandoned: [], inTurn: 0 }, always);
    expect(read?.entries.map(({ scheduler }) => scheduler)).toContain('nq');
  }
});

test('marks that look as they did are read in turn, those that look otherwise at once', async () => {
  const wanted = Array.from({ length: 300 }, (_, i) =>
    startedService({ key: { kind: 'fwmark', mark: 1 + i, family: i % 3 === 0 ? 6 : 4 } }),
  );
  // Both families have these.
  for (const mark of [1, 4]) {
    wanted.push(startedService({ key: { kind: 'fwmark', mark, family: 4 } }));
  }
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  kernel.read.length = 0;
  let rests = 0;
  const rest = async (): Promise<void> => void (rests += 1);
  const expected = { services: wanted, abandoned: [], inTurn: 20, rest };
  await survey.read(kernel, expected, always);
  expect([kernel.read.length, rests]).toEqual([20, 19]);
  const [drifted, twin] = [wanted[200], wanted[301]];
  for (const each of [drifted, twin])
    if (each !== undefined)
      kernel.table.set(formatServiceKey(each.key), { ...each, scheduler: 'nq' });
  const found = await survey.read(kernel, expected, always);
  expect(kernel.read.length).toBeLessThanOrEqual(43);
  const otherwise = found?.entries.filter((each) => each.scheduler === 'nq');
  expect(otherwise?.map(({ key }) => key)).toEqual([drifted?.key, twin?.key]);
});

test('a mark that somebody else has for the other family is read exactly each time', async () => {
  const [wanted, foreign] = ([4, 6] as const).map((family) =>
    startedService({ key: { kind: 'fwmark', mark: 21, family } }),
  );
  if (wanted === undefined || foreign === undefined) throw new Error('there are two');
  const kernel = kernelOf([wanted, foreign]);
  const survey = new TableSurvey();
  for (const reads of [1, 2]) {
    await survey.read(kernel, { services: [wanted], abandoned: [], inTurn: 0 }, always);
    expect(kernel.read).toHaveLength(reads);
  }
});

test('where the kernel does not show its table all is read exactly', async () => {
  const wanted = services(150);
  const kernel = kernelOf(wanted);
  kernel.hasOutline = false;
  const read = await new TableSurvey().read(kernel, { services: wanted, abandoned: [] }, always);
  expect(read?.entries.map(content)).toEqual(wanted.map(content));
});

test('other work of the process goes on while many services are read exactly', async () => {
  const wanted = services(100);
  const kernel = kernelOf(wanted);
  const before: number[] = [];
  let isOver = false;
  const work = (): void => {
    before.push(kernel.read.length);
    if (!isOver) setImmediate(work);
  };
  setImmediate(work);
  await new TableSurvey().read(kernel, { services: wanted, abandoned: [] }, always);
  isOver = true;
  expect(kernel.read).toHaveLength(100);
  const steps = [...before, 100].map((each, i) => each - (before[i - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(8);
});

test('it pauses between services in turn, unless one is otherwise than it should be', async () => {
  const wanted = services(300);
  const kernel = kernelOf(wanted);
  const survey = new TableSurvey();
  await surveyed(survey, kernel, wanted);
  const read: number[] = [];
  const rest = async (): Promise<void> => void read.push(kernel.read.length);
  const expected = { services: wanted, abandoned: [], watched: new Set(wanted.slice(250)), rest };
  kernel.read.length = 0;
  await survey.read(kernel, expected, always);
  expect(read).toEqual(Array.from({ length: 100 }, (_, i) => 50 + i));
  expect(kernel.read).toHaveLength(150);
  kernel.table.delete(name(wanted[299]) ?? '');
  await survey.read(kernel, expected, always);
  expect(read).toHaveLength(100);
});

test('it ends when it is not to go on', async () => {
  const wanted = services(150);
  const kernel = kernelOf(wanted);
  let asked = 0;
  const expected = { services: wanted, abandoned: [] };
  const read = await new TableSurvey().read(kernel, expected, () => (asked += 1) < 40);
  expect(read).toBeUndefined();
  expect(kernel.read.length).toBeLessThan(40);
});

function content({
  key,
  scheduler,
  destinations,
}: Pick<DesiredService, 'key' | 'scheduler' | 'destinations'>): string {
  const servers = destinations.map(
    ({ address, port, forwarding, weight, upperThreshold }) =>
      `${address} ${port} ${forwarding} ${weight} ${upperThreshold}`,
  );
  return [formatServiceKey(key), scheduler, ...servers].join('\n');
}
