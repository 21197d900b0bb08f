package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.FailingReservation.Injected;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the pages of an arena must be, kept the simple way: a list of live ranges, and what their words must hold. */
final class PageModel {
    private static final long PAGE = Reservation.PAGE_BYTES;

    /** A live range: all its marked words hold the mark; or they may hold the mark or zero, after a failed discard. */
    private static final class Live {
        final PageRange range;
        long mark; // 0: never written, or decommitted
        boolean torn; // a discard failed: mark or zero
        boolean shown; // as a segment of its own, whose end costs a handshake with all threads: not every range

        Live(PageRange range) {
            this.range = range;
        }
    }

    private final PageSpace space;
    private final PageBudget budget;
    private final Reservation reservation;
    private final Random random;
    /** Everything at once, so that most ranges are looked into without a segment of their own. */
    private final MemorySegment memory;
    private final List<Live> live = new ArrayList<>();
    private final BitSet owned = new BitSet();
    private @Nullable PageRange stale;
    private long pages;
    private long injected;
    private long marks;

    PageModel(PageSpace space, PageBudget budget, Reservation reservation, Random random) {
        this.space = space;
        this.budget = budget;
        this.reservation = reservation;
        this.random = random;
        this.memory = reservation.segment(Arena.ofAuto());
    }

    long injected() {
        return injected;
    }

    void step(String where) {
        int what = random.nextInt(20);
        if (what < 7 || live.isEmpty()) {
            allocate(where);
            return;
        }
        int index = random.nextInt(live.size());
        Live one = live.get(index);
        if (what < 13) {
            free(index, where);
        } else if (what < 15) {
            write(one, where);
        } else if (what == 15) {
            decommit(one, where);
        } else if (what == 16) {
            populate(one, where);
        } else if (what == 17) {
            find(one, where);
        } else if (what == 18) {
            refuseStale(where);
        } else if (random.nextInt(50) == 0) {
            space.flushQuarantine();
        } else {
            read(one, where);
        }
    }

    private void allocate(String where) {
        long count = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 40);
        long alignment = random.nextInt(4) == 0 ? 1L << random.nextInt(6) : 1;
        try {
            if (space.tryAllocate(count, alignment) instanceof PageRange range) {
                assertThat(range.pages()).as(where).isEqualTo(count);
                assertThat((reservation.base() / PAGE + range.firstPage()) % alignment).as(where).isZero();
                assertThat(owned.nextSetBit((int) range.firstPage())).as(where + ": handed out twice")
                        .satisfiesAnyOf(next -> assertThat(next).isEqualTo(-1),
                                next -> assertThat((long) next).isGreaterThanOrEqualTo(range.endPage()));
                owned.set((int) range.firstPage(), (int) range.endPage());
                pages += count;
                Live one = new Live(range);
                one.shown = random.nextInt(8) == 0;
                live.add(one);
                read(one, where);
            }
        } catch (Injected e) {
            injected++; // and nothing was changed
        }
        assertThat(budget.used()).as(where).isEqualTo(pages);
    }

    private void free(int index, String where) {
        Live one = live.get(index);
        read(one, where);
        MemorySegment segment = segment(one);
        try {
            space.free(one.range);
        } catch (Injected e) {
            injected++; // it is still ours
            one.torn = true;
            read(one, where);
            return;
        }
        if (one.shown) {
            assertThat(segment.scope().isAlive()).as(where).isFalse();
        }
        owned.clear((int) one.range.firstPage(), (int) one.range.endPage());
        pages -= one.range.pages();
        stale = one.range;
        live.set(index, live.getLast());
        live.removeLast();
        assertThat(budget.used()).as(where).isEqualTo(pages);
    }

    private void write(Live one, String where) {
        read(one, where);
        MemorySegment segment = segment(one);
        one.mark = ++marks;
        one.torn = false;
        for (long page = 0; page < one.range.pages(); page += stride(one)) {
            segment.set(ValueLayout.JAVA_LONG, page * PAGE + 8, one.mark);
        }
        segment.set(ValueLayout.JAVA_LONG, segment.byteSize() - 8, one.mark);
    }

    private MemorySegment segment(Live one) {
        return one.shown ? space.segment(one.range) : memory.asSlice(one.range.offset(), one.range.bytes());
    }

    private static long stride(Live one) {
        return Math.max(1, one.range.pages() / 4);
    }

    private void read(Live one, String where) {
        MemorySegment segment = segment(one);
        for (long page = 0; page < one.range.pages(); page += stride(one)) {
            expect(one, segment.get(ValueLayout.JAVA_LONG, page * PAGE + 8), where);
        }
        expect(one, segment.get(ValueLayout.JAVA_LONG, segment.byteSize() - 8), where);
    }

    private static void expect(Live one, long found, String where) {
        if (found != one.mark && !(one.torn && found == 0)) {
            throw new AssertionError(where + ": " + one.range + " holds " + found + " instead of " + one.mark);
        }
    }

    private void decommit(Live one, String where) {
        try {
            space.decommit(one.range);
            one.mark = 0;
            one.torn = false;
        } catch (Injected e) {
            injected++;
            one.torn = true;
        }
        read(one, where);
    }

    private void populate(Live one, String where) {
        if (space.populate(one.range) instanceof Population.Populated populated) {
            assertThat(populated.requestedBytes()).as(where).isEqualTo(one.range.bytes());
            injected += populated.isWhole() ? 0 : 1;
            assertThat(populated.populatedBytes()).as(where).isBetween(0L, one.range.bytes());
            assertThat(space.measureResident(one.range)).as(where)
                    .isGreaterThanOrEqualTo(populated.populatedBytes());
        }
        read(one, where);
    }

    private void find(Live one, String where) {
        long inside = reservation.base() + one.range.offset() + random.nextLong(one.range.bytes());
        assertThat(space.find(inside)).as(where).isEqualTo(one.range);
        int page = random.nextInt((int) (reservation.bytes() / PAGE));
        PageRange found = space.find(reservation.base() + page * PAGE);
        assertThat(found != null).as(where + " page " + page).isEqualTo(owned.get(page));
    }

    private void refuseStale(String where) {
        PageRange old = stale;
        if (old != null) {
            assertThatThrownBy(() -> space.free(old)).as(where).isInstanceOf(StaleHandleException.class);
            assertThatThrownBy(() -> space.populate(old)).as(where).isInstanceOf(StaleHandleException.class);
        }
    }

    void check(String where) {
        space.verify();
        assertThat(space.stats(0).ranges()).as(where).isEqualTo(live.size());
        assertThat(space.stats(0).allocatedBytes()).as(where).isEqualTo(pages * PAGE);
    }

    void freeAll(String where) {
        while (!live.isEmpty()) {
            free(live.size() - 1, where);
        }
        check(where);
    }
}
