package org.quern.vmap;

/** What a {@link BackEnd} may be able to do beyond handing out lazily populated memory, which all can. */
public enum Capability {
    /** Reservations may be much larger than memory: terabytes. */
    OVERSIZE,
    /** Decommitted memory goes back to the system; without it, it is overwritten with zeros and stays. */
    DISCARD,
    /** {@code measureResidentBytes} measures; without it, it answers with the upper bound that is kept by counting. */
    RESIDENCE,
    /** Inaccessible memory surrounds each reservation, so that a stray raw access is a crash and not silent damage. */
    GUARDS,
    /** {@link ArenaOptions#guardPages} makes pages behind ranges inaccessible; without it they are merely nobody's. */
    RANGE_GUARDS,
    /** Huge pages can be had on request, and measured. */
    HUGE_PAGES,
    /** Pages that the process has locked (mlock(2)) are known, and decommitting them is refused. */
    LOCKED_PAGES
}
