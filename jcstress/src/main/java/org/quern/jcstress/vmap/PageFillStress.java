package org.quern.jcstress.vmap;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.vmap.fault.FaultEngine;
import org.quern.vmap.fault.Fill;
import org.quern.vmap.fault.FillFailure;
import org.quern.vmap.fault.FillPolicy;
import org.quern.vmap.fault.FillStates;
import org.quern.vmap.fault.PageMemory;
import org.quern.vmap.fault.PageSource;
import org.quern.vmap.reserve.Reservation;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** F1 to F5: the life of a lazy page among threads that need it, discard it, and fail to fill it. */
public final class PageFillStress {
    private PageFillStress() {}

    /** F1: who sees PRESENT sees the content. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 42", "1, 42"}, expect = ACCEPTABLE, desc = "not yet, or with its content")
    @State
    public static class Publication {
        private final FillStates states = new FillStates(1);
        private int content;

        public Publication() {
            states.transition(0, FillStates.ABSENT, FillStates.FILLING);
        }

        @Actor
        public void fill() {
            content = 42;
            states.transition(0, FillStates.FILLING, FillStates.PRESENT);
        }

        @Actor
        public void access(II_Result r) {
            r.r1 = states.getAcquire(0) == FillStates.PRESENT ? 1 : 0;
            r.r2 = content;
        }
    }

    /** F2: who has the view that was made after a page became DISCARDING does not take the page for PRESENT. */
    @JCStressTest
    @Outcome(id = {"1, 0", "1, 1",
            "2, 0"}, expect = ACCEPTABLE, desc = "the old view, which ends; or the page is seen to go")
    @State
    public static class ViewBeforeState {
        private final FillStates states = new FillStates(1);
        private volatile int view = 1;

        public ViewBeforeState() {
            states.transition(0, FillStates.ABSENT, FillStates.FILLING);
            states.transition(0, FillStates.FILLING, FillStates.PRESENT);
        }

        @Actor
        public void discard() {
            states.transition(0, FillStates.PRESENT, FillStates.DISCARDING);
            view = 2;
        }

        @Actor
        public void access(II_Result r) {
            r.r1 = view;
            r.r2 = states.getAcquire(0) == FillStates.PRESENT ? 1 : 0;
        }
    }

    /** An engine of one page; its memory is a field, its content comes at once. */
    abstract static class OnePage implements PageMemory, PageSource {
        final FaultEngine engine = new FaultEngine("stress", Reservation.PAGE_BYTES,
                new FillPolicy(1, 1, Long.MAX_VALUE, false), this, this);
        final AtomicInteger asked = new AtomicInteger();
        int installed;

        @Override
        public void install(long page, MemorySegment content) {
            installed++; // plain: the room's lock is all there is
        }

        @Override
        public void discard(long page, long count) {}

        @Override
        public boolean isAsynchronous() {
            return false;
        }

        @Override
        public CompletionStage<MemorySegment> begin(Fill fill) {
            return new CompletableFuture<>();
        }

        /** 1 if the page could be had and was there, 0 if not. */
        int touch() {
            try {
                engine.require(0, 1);
                return installed;
            } catch (FillFailure failure) {
                return 0;
            }
        }
    }

    /** F3: two that need a page fill it once, and both see it. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one filled, the other waited or came later")
    @State
    public static class TwoTouchers extends OnePage {
        @Override
        public long fill(Fill fill, MemorySegment target) {
            asked.incrementAndGet();
            return fill.bytes();
        }

        @Actor
        public void first(III_Result r) {
            r.r1 = touch();
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = touch();
        }

        @Arbiter
        public void count(III_Result r) {
            r.r3 = asked.get();
        }
    }

    /** F4: the first fill fails; who waits for it is told, who comes later asks again; nobody sees an absent page. */
    @JCStressTest
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "one asked, the other waited: both were told")
    @Outcome(id = {"0, 1, 2", "1, 0, 2"}, expect = ACCEPTABLE, desc = "the other came later and asked again")
    @State
    public static class FailureDelivery extends OnePage {
        @Override
        public long fill(Fill fill, MemorySegment target) {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalArgumentException("the first one fails");
            }
            return fill.bytes();
        }

        @Actor
        public void first(III_Result r) {
            r.r1 = touch();
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = touch();
        }

        @Arbiter
        public void count(III_Result r) {
            r.r3 = asked.get();
        }
    }

    /** F5: two handlers that need each other's page do not wait for ever: at least one is told. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "1, 0", "1, 1"}, expect = ACCEPTABLE, desc = "a circle was found, or there was none")
    @State
    public static class Circle implements PageMemory, PageSource {
        private final FaultEngine engine = new FaultEngine("stress", 2 * Reservation.PAGE_BYTES,
                new FillPolicy(1, 1, Long.MAX_VALUE, false), this, this);
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public void install(long page, MemorySegment content) {}

        @Override
        public void discard(long page, long count) {}

        @Override
        public long fill(Fill fill, MemorySegment target) throws FillFailure {
            if (asked.incrementAndGet() <= 2) {
                long other = fill.offset() == 0 ? 1 : 0;
                engine.require(other, other + 1);
            }
            return fill.bytes();
        }

        private int touch(long page) {
            try {
                engine.require(page, page + 1);
                return 1;
            } catch (FillFailure failure) {
                return 0;
            }
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = touch(0);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = touch(1);
        }
    }
}
