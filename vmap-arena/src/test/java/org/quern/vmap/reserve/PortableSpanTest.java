package org.quern.vmap.reserve;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.raw.RawMemory;

import static org.assertj.core.api.Assertions.assertThat;

/** Both ways to discard, also the one that this system would not take by itself. */
class PortableSpanTest {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long PAGE = Reservation.PAGE_BYTES;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsDiscardedReadsAsZerosAndTheRestStays(boolean unloadZeroes) throws Exception {
        PortableSpan span = PortableSpan.attempt(64 * PAGE, PAGE, PAGE, unloadZeroes);
        assertThat(span).isNotNull();
        assertThat(span.base() % PAGE).isZero();
        for (long at = 0; at < span.bytes(); at += 8) {
            set(span, at, at + 1);
        }
        span.discard(PAGE, 3 * PAGE);
        span.discard(10 * PAGE, PAGE);
        for (long at = 0; at < span.bytes(); at += 8) {
            long page = at / PAGE;
            boolean gone = (page >= 1 && page < 4) || page == 10;
            assertThat(get(span, at)).as("at " + at).isEqualTo(gone ? 0 : at + 1);
        }
        set(span, PAGE, 7);
        assertThat(get(span, PAGE)).isEqualTo(7);
        span.release().run();
    }

    @ParameterizedTest
    @ValueSource(longs = {4096, 65536, 2 << 20})
    void isAlignedAsAskedFor(long alignment) throws Exception {
        PortableSpan span = PortableSpan.attempt(4 << 20, 1 << 20, alignment, true);
        assertThat(span).isNotNull();
        assertThat(span.base() % alignment).isZero();
        set(span, span.bytes() - 8, 1);
        span.release().run();
    }

    private static void set(PortableSpan span, long at, long value) {
        // Safe because the span is mapped until release, and at lies in it.
        LONG.set(RawMemory.EVERYTHING, span.base() + at, value);
    }

    private static long get(PortableSpan span, long at) {
        // Safe because the span is mapped until release, and at lies in it.
        return (long) LONG.get(RawMemory.EVERYTHING, span.base() + at);
    }
}
