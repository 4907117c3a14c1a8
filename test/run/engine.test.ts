// The process's own engine keeps the contract of all engines.

import { inProcessEngine } from '../../lib/run/engine.ts';
import { engineContract } from '../contracts/engine.ts';

engineContract('in process', (body, clock) => body(inProcessEngine(clock)));
