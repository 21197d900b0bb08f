package org.quern.vmap.reserve;

import java.util.function.BooleanSupplier;

/** A reservation whose steps fail when a test says so: before anything happened, or half-way. */
public final class FailingReservation {
    /** What an injected failure throws. */
    public static final class Injected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Injected(String step) {
            super(step, null, false, false);
        }
    }

    private FailingReservation() {}

    public static Reservation open(Backing backing, long bytes, BooleanSupplier fails) throws ReservationFailure {
        Span span = backing.attempt(bytes, bytes, Reservation.PAGE_BYTES);
        if (span == null) {
            throw new ReservationFailure("no room for a test of " + bytes + " bytes", null);
        }
        return Reservation.over("failing", backing, new Failing(span, fails));
    }

    private record Failing(Span span, BooleanSupplier fails) implements Span {
        @Override
        public long base() {
            return span.base();
        }

        @Override
        public long bytes() {
            return span.bytes();
        }

        @Override
        public void discard(long offset, long length) {
            if (fails.getAsBoolean()) {
                if (fails.getAsBoolean()) {
                    long half = length / 2 & -Reservation.PAGE_BYTES;
                    span.discard(offset, half);
                }
                throw new Injected("discard");
            }
            span.discard(offset, length);
        }

        @Override
        public long populate(long offset, long length) {
            if (fails.getAsBoolean()) {
                return span.populate(offset, length / 2 & -Reservation.PAGE_BYTES);
            }
            return span.populate(offset, length);
        }

        @Override
        public boolean adviseHugePages(long offset, long length, boolean wanted) {
            return !fails.getAsBoolean() && span.adviseHugePages(offset, length, wanted);
        }

        @Override
        public boolean collapse(long offset, long length) {
            return !fails.getAsBoolean() && span.collapse(offset, length);
        }

        @Override
        public boolean guard(long offset, long length, boolean wanted) {
            if (fails.getAsBoolean()) {
                throw new Injected(wanted ? "guard" : "removal of a guard");
            }
            return span.guard(offset, length, wanted);
        }

        @Override
        public Runnable release() {
            return span.release();
        }
    }
}
