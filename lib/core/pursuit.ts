// One VM, pursued to its wanted power: the stop protocol of design.md as a pure fold over answers and looks.
// It knows no clock and sends nothing: it says what is due, and in the end what became of the VM.

export { type Answered, answered, cutOff, handedOver } from './pursuit/answered.ts';
export { broken, type HandedBack, handedBack, stopped, superseded, timedOut } from './pursuit/ended.ts';
export { looked, type Sight } from './pursuit/looked.ts';
export { begin, deadlineOf, isDue, never, nextInstantOf, type Pursuit } from './pursuit/state.ts';
