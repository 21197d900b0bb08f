package org.quern.vmap;

/** The outcome of asking for a memory lock; to be used with a {@code switch}. */
public sealed interface LockOutcome permits MemoryLock, LockRefusal {}
