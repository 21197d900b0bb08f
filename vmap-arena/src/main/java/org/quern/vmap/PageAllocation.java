package org.quern.vmap;

/**
 * The outcome of asking for pages: a {@link PageRange}, or a {@link Shortage} that says what was missing. To be used with
 * a {@code switch}.
 */
public sealed interface PageAllocation permits PageRange, Shortage {}
