export { runIpvs, type IpvsSurroundings } from './ipvs/run.ts';
export { systemNames } from './ipvs/names.ts';
