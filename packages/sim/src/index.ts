export { shrink, simulate, type Outcome, type SimulationOptions } from './simulate.ts';
