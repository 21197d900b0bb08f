package org.quern.vmap.reserve;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Availability;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;

/** Where spans come from. The public name of it is {@code org.quern.vmap.BackEnd}. */
public enum Backing {
    /** Anonymous memory by the Linux calls: a guard, the body, a guard. */
    LINUX(3) {
        @Override
        public Availability availability() {
            return Unistd.availability().isPresent() ? Mman.availability() : Unistd.availability();
        }

        @Override
        @Nullable
        Span attempt(long bytes, long leastBytes, long alignment) throws ReservationFailure {
            return LinuxSpan.attempt(bytes, alignment);
        }
    },
    /** Private mappings of a sparse file by the JDK: one, counted as three, so that programs end at the same number on both. */
    PORTABLE(3) {
        @Override
        public Availability availability() {
            return new Availability(Availability.State.PRESENT, "needs nothing but the JDK");
        }

        @Override
        @Nullable
        Span attempt(long bytes, long leastBytes, long alignment) throws ReservationFailure {
            return PortableSpan.attempt(bytes, leastBytes, alignment);
        }
    };

    /** The system property that chooses: {@code linux} or {@code portable}. */
    public static final String PROPERTY = "quern.vmap.backend";

    private final int mappings;

    Backing(int mappings) {
        this.mappings = mappings;
    }

    /** How many mappings a span costs. */
    int mappings() {
        return mappings;
    }

    /**
     * Whether it can be used here.
     *
     * @return the verdict, with the reason
     */
    public abstract Availability availability();

    /**
     * One try; null when the system has no room for it.
     *
     * @param bytes a multiple of the page size
     * @param leastBytes what will be tried at the end, if need be
     * @param alignment of the first byte, a power of two
     */
    abstract @Nullable Span attempt(long bytes, long leastBytes, long alignment) throws ReservationFailure;

    /**
     * Whether a discard on {@link #PORTABLE} gives memory back. Tried out by the first call.
     *
     * @return whether {@code MemorySegment.unload} does so here
     */
    public static boolean unloadingDiscards() {
        return Unloading.ZEROES;
    }

    /**
     * What is used unless somebody asks for another: what the property {@link #PROPERTY} names; without it the Linux calls
     * where they are there, else the JDK's means.
     *
     * @return the choice; the property is read each time
     * @throws IllegalArgumentException if the property names no back end
     */
    public static Backing preferred() {
        String wanted = System.getProperty(PROPERTY);
        if (wanted == null || wanted.isEmpty()) {
            return LINUX.availability().isPresent() ? LINUX : PORTABLE;
        }
        return switch (wanted) {
            case "linux" -> LINUX;
            case "portable" -> PORTABLE;
            default -> throw new IllegalArgumentException(
                    "system property " + PROPERTY + "=" + wanted + ": must be linux or portable");
        };
    }
}
