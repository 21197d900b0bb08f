package org.quern.vmap;

/** The outcome of asking for a pin; to be used with a {@code switch}. */
public sealed interface PinOutcome permits Pin, PinRefusal {}
