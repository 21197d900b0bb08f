package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.Hold;
import org.quern.vmap.PagePins;
import org.quern.vmap.PageRange;
import org.quern.vmap.Pin;
import org.quern.vmap.PinOptions;
import org.quern.vmap.VmapArena;

/**
 * {@link PinBenchmark} by turns and CPU time, for machines that are not quiet: a pin and its release, and the two apart, against
 * two atomic additions (the limit) and a confined scope of the JDK. Half a minute.
 */
public final class InterleavedPins {
    private static final int PAIRS = 100_000;
    private static final PinOptions SHORT = PinOptions.of("benchmark");
    private static final PinOptions LONG = SHORT.longTerm();

    private final Pin[] open = new Pin[PAIRS];
    private final PagePins pins;
    private final PageRange range;
    private final MemorySegment memory;

    private InterleavedPins(VmapArena arena) {
        range = arena.allocatePages(65);
        pins = arena.pins();
        memory = arena.segment(range);
    }

    /** What is done once. */
    @FunctionalInterface
    private interface Step {
        long run();
    }

    /**
     * Runs.
     *
     * @param args none
     * @throws Exception if a turn fails
     */
    public static void main(String[] args) throws Exception {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 26))) {
            InterleavedPins all = new InterleavedPins(arena);
            AtomicInteger counter = new AtomicInteger();
            new Turns(15, 5, PAIRS, 1, "ns").add("two atomic additions", repeated(() -> {
                counter.getAndAdd(1024);
                return counter.getAndAdd(-1024);
            })).add("confined scope of the JDK", repeated(() -> {
                try (Arena scope = Arena.ofConfined()) {
                    return all.memory.reinterpret(scope, null).byteSize();
                }
            })).add("pin and release, all 65 pages", repeated(() -> closed(all.pins.pin(all.range, SHORT))))
                    .add("pin and release, one page of 65",
                            repeated(() -> closed(all.pins.pin(all.range, 3, 1, SHORT))))
                    .add("pin and release, 64 pages of 65",
                            repeated(() -> closed(all.pins.pin(all.range, 0, 64, SHORT))))
                    .add("long-term pin and release", repeated(() -> closed(all.pins.pin(all.range, LONG))))
                    .add("hold and release, all pages", repeated(() -> {
                        try (Hold hold = all.pins.hold(all.range, "benchmark")) {
                            return hold.pages();
                        }
                    })).add("pin only", all::closeAll, all::pinAll).add("release only", all::pinAllAnew, all::closeAll)
                    .add("maybePinned", repeated(() -> all.pins.maybePinned(all.range) ? 1 : 0)).run("pins");
            all.closeAll();
        }
    }

    private static Callable<Long> repeated(Step step) {
        return () -> {
            long sum = 0;
            for (int i = 0; i < PAIRS; i++) {
                sum += step.run();
            }
            return sum;
        };
    }

    private static long closed(Pin pin) {
        pin.close();
        return pin.pages();
    }

    private long pinAll() {
        for (int i = 0; i < PAIRS; i++) {
            open[i] = pins.pin(range, SHORT);
        }
        return PAIRS;
    }

    private long pinAllAnew() {
        return closeAll() + pinAll();
    }

    private long closeAll() {
        for (int i = 0; i < PAIRS && open[i] != null; i++) {
            open[i].close();
            open[i] = null;
        }
        return PAIRS;
    }
}
