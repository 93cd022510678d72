export { COMMANDS } from './ipvs/command-table.ts';
export { OPTIONS } from './ipvs/option-table.ts';
export { runIpvs, type IpvsSurroundings } from './ipvs/run.ts';
export { systemNames } from './ipvs/names.ts';
