import fc from 'fast-check';

// A property that holds is tried anew for each mutant: one second of it has to do.
fc.configureGlobal({ interruptAfterTimeLimit: 1_000 });
