package org.quern.vmap;

/**
 * How much memory the process may lock.
 *
 * @param softBytes what applies (RLIMIT_MEMLOCK), unless the process is privileged (CAP_IPC_LOCK); {@code Long.MAX_VALUE} for no
 *        limit
 * @param hardBytes what the process may raise it to
 * @param lockedBytes what it has locked now, by whatever means; -1 if the system does not say
 */
public record LockLimit(long softBytes, long hardBytes, long lockedBytes) {}
