export { Deadlines, type Deadline } from './deadlines.ts';
export { formatRequest, httpGet, type HttpGetOptions } from './http-get.ts';
export { describeChange, SAMPLE_BYTES_MAX, type PageSample } from './page-change.ts';
export type { PageTap } from './page-reader.ts';
export { Prober, type ProberOptions } from './prober.ts';
export { runProbe } from './run-probe.ts';
