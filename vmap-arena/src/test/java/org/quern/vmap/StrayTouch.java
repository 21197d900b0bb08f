package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.quern.kapi.raw.RawMemory;

/** Touches an absent page of a lazy area by its raw address, from Java or from native code: an error, not zeros, and no hang. */
final class StrayTouch {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private StrayTouch() {}

    public static void main(String[] args) throws Exception {
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 << 20));
        LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(1 << 20), FaultHandler.zeros());
        if (!area.stats().userfault()) {
            System.out.println("no userfaultfd: an absent page reads as zeros here");
            return;
        }
        long address = arena.pageSpace().base() + area.range().offset();
        System.out.println("touching");
        if (args[0].equals("native")) {
            NativeTouch.set(MemorySegment.ofAddress(address), 1, 8);
        } else {
            long seen = 0;
            try {
                for (int i = 0; i < 100_000; i++) { // compiled code reports it late, but does
                    // Not safe, and meant so: the page is absent.
                    seen += (long) LONG.getVolatile(RawMemory.EVERYTHING, address);
                }
            } catch (InternalError e) {
                System.out.println("InternalError: " + e.getMessage());
                arena.close();
                System.exit(3);
            }
            System.out.println("seen " + seen);
        }
        System.out.println("survived");
    }
}
