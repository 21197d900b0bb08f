package org.quern.vmap;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.quern.kapi.raw.RawMemory;

/** Touches the guard behind a range by its raw address: the process must not survive it. */
final class GuardTouch {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private GuardTouch() {}

    public static void main(String[] args) {
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 << 20).guardPages(true));
        PageRange range = arena.allocatePages(1);
        PageRange neighbour = arena.allocatePages(1);
        System.out.println("touching");
        // Not safe, and meant so: the word behind the range lies in its guard.
        LONG.set(RawMemory.EVERYTHING, arena.segment(range).address() + range.bytes(), 1L);
        System.out.println("survived; neighbour: " + arena.segment(neighbour).get(ValueLayout.JAVA_LONG, 0));
    }
}
