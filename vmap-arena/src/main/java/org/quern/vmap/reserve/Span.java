package org.quern.vmap.reserve;

/**
 * What a {@link Backing} obtained: readable and writable memory at one place, populated by nobody until touched.
 * {@link Reservation} checks every argument, keeps the object alive through every call, and calls {@link #release()} once,
 * when nobody can reach the memory; so an implementation does neither.
 */
interface Span {
    /** The first byte's address, aligned as asked for. */
    long base();

    /** The size in bytes. */
    long bytes();

    /**
     * Makes whole pages read as zeros and gives their memory back as far as the back end can. A failure half-way leaves
     * the pages before it done.
     */
    void discard(long offset, long length);

    /** Asks for huge pages in a part, or for none; false where there is no such thing. */
    boolean adviseHugePages(long offset, long length, boolean wanted);

    /** Populates whole pages and keeps what they hold; the bytes done, fewer than asked for if memory ran out. */
    long populate(long offset, long length);

    /** Makes huge pages of populated ones, now; false where that is not possible. */
    boolean collapse(long offset, long length);

    /**
     * Makes pages inaccessible, false where there is no such thing; or accessible again and zeros, which throws rather than
     * leave a guard behind.
     */
    boolean guard(long offset, long length, boolean wanted);

    /** What unmaps the memory; must not refer to the reservation, or that would never be unreachable. */
    Runnable release();
}
