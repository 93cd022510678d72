export { Deadlines, type Deadline } from './deadlines.ts';
export { formatRequest, httpGet, type HttpGetOptions } from './http-get.ts';
export type { PageTap } from './page-reader.ts';
export { Prober, type ProberOptions } from './prober.ts';
export { runProbe } from './run-probe.ts';
