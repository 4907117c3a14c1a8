// The clock of tests: the simulator's virtual one, by the name that tests know it by.
// It moves only when everybody is waiting for it, so that tests take no real time.

export { VirtualClock as FakeClock } from '../../simulator/virtual-clock.ts';
