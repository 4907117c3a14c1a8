// How many cases each property is tried with; a mutation run tries fewer, since it runs them once per mutant.

import fc from 'fast-check';

fc.configureGlobal({ numRuns: process.env.STRYKER_MUTATOR_WORKER === undefined ? 300 : 20 });
