package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Writes to shared arenas and memory files are tracked by {@link WriteTracker#of}; what does not come through its mapping is named. */
class SharedArenaTrackingTest {
    private static final long PAGE = Reservation.PAGE_BYTES;

    private enum Kind {
        BITS_32(Arena32::create), BITS_64(Arena64::create);

        private final Function<SparseArenaOptions, SparseArena> create;

        Kind(Function<SparseArenaOptions, SparseArena> create) {
            this.create = create;
        }
    }

    private static PageRegions epoch(WriteTracker tracker) {
        PageRegions regions = PageRegions.ofCapacity(64);
        assertThat(tracker.collect(regions)).isTrue();
        return regions;
    }

    private static void writesAreFound(WriteTracker tracker, MemorySegment memory) {
        epoch(tracker);
        assertThat(epoch(tracker).count()).isZero();
        memory.set(ValueLayout.JAVA_LONG, 3 * PAGE, 7);
        tracker.mark(3 * PAGE, 8);
        PageRegions found = epoch(tracker);
        assertThat(found.count()).isEqualTo(1);
        assertThat(found.offset(0)).isEqualTo(3 * PAGE);
        assertThat(found.bytes(0)).isEqualTo(PAGE);
        MemorySegment copy = MemorySegment.ofArray(new byte[8]);
        tracker.read(3 * PAGE, copy);
        assertThat(copy.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(7);
        assertThat(tracker.maybePinned(0, PAGE)).as("nothing of it can be pinned").isFalse();
        assertThat(epoch(tracker).count()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfASharedArenaAreTracked(Kind kind) {
        for (TrackingMode mode : TrackingMode.values()) {
            assumeTrue(mode.availability().isPresent());
            try (SparseArena arena = kind.create.apply(SparseArenaOptions.pages(64))) {
                PageGrant grant = (PageGrant) arena.allocate(8);
                MemorySegment memory = arena.segment(grant);
                try (WriteTracker tracker = WriteTracker.of(memory, mode)) {
                    writesAreFound(tracker, memory);
                    arena.free(grant);
                    PageRegions regions = PageRegions.ofCapacity(4);
                    assertThatThrownBy(() -> tracker.collect(regions)).isInstanceOf(StaleHandleException.class);
                    assertThatThrownBy(() -> tracker.read(0, MemorySegment.ofArray(new byte[1])))
                            .isInstanceOf(StaleHandleException.class);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMemoryFileIsTracked(TrackingMode mode) {
        assumeTrue(mode.availability().isPresent());
        assumeTrue(MirroredRing.availability().isPresent());
        try (MemoryFile file = MemoryFile.create("tracked", 8 * PAGE); Arena scope = Arena.ofShared()) {
            MemorySegment memory = file.map(scope);
            MemorySegment second = file.map(scope);
            try (WriteTracker tracker = WriteTracker.of(memory, mode)) {
                writesAreFound(tracker, memory);
                second.set(ValueLayout.JAVA_LONG, 5 * PAGE, 9); // through another mapping: unseen, so it is named
                assertThat(epoch(tracker).count()).isZero();
                tracker.changed(5 * PAGE, 8);
                assertThat(epoch(tracker).offset(0)).isEqualTo(5 * PAGE);
            }
        }
    }
}
