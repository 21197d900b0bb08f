package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReservationTest {
    @Test
    @Needs(Capability.GUARDS)
    void bodyIsAccessibleAndGuardedOnBothSides() throws Exception {
        Reservation r = Reservation.open("guarded", 3 << 20, 1 << 20);
        assertThat(r.bytes()).isEqualTo(3 << 20);
        assertThat(r.base() % (2 << 20)).isZero();
        assertThat(protectionAt(r.base())).startsWith("rw-p");
        assertThat(protectionAt(r.base() + r.bytes() - 1)).startsWith("rw-p");
        for (long outside : new long[]{r.base() - 1, r.base() - Reservation.GUARD_BYTES, r.base() + r.bytes(),
                r.base() + r.bytes() + Reservation.GUARD_BYTES - 1}) {
            assertThat(protectionAt(outside)).startsWith("---p");
        }
    }

    @Test
    void partsOutsideAreRefused() throws Exception {
        Reservation r = Reservation.open("checked", 1 << 20, 1 << 20);
        long page = Reservation.PAGE_BYTES;
        long[][] wrong = {{-page, page}, {0, -page}, {0, (1 << 20) + page}, {1 << 20, page}, {Long.MAX_VALUE, page},
                {page, Long.MAX_VALUE}, {1, page}, {0, 1}};
        for (long[] w : wrong) {
            assertThatThrownBy(() -> r.decommit(w[0], w[1])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("offset=" + w[0]).hasMessageContaining("length=" + w[1]);
        }
        r.decommit(1 << 20, 0);
    }

    @Test
    void isUnmappedOnlyWhenNothingMadeOfItIsReachable() throws Exception {
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 31).named("left behind"));
        MemorySegment segment = arena.allocate(8, 8);
        long address = segment.address();
        arena = null;
        collect();
        assertThat(protectionAt(address)).startsWith("rw-p");
        segment.set(ValueLayout.JAVA_LONG, 0, 1);
        segment = null;
        for (int i = 0; i < 100 && protectionAt(address).startsWith("rw-p"); i++) {
            collect();
        }
        assertThat(protectionAt(address)).isNotEqualTo("rw-p");
    }

    @Test
    void aClosedPoolStaysMappedWhileItIsReachable() throws Exception {
        BlockPool pool = BlockPool.open("closed", 64, 1L << 31);
        pool.close();
        collect();
        assertThat(protectionAt(pool.baseAddress())).startsWith("rw-p");
        assertThat(pool.toString()).contains("closed");
    }

    @Test
    void tenThousandForgottenPoolsDoNotExhaustTheMappings() {
        for (int i = 0; i < 10_000; i++) {
            BlockPool pool = BlockPool.open("forgotten", 64, 1 << 20);
            if ((i & 1) == 0) {
                pool.close();
            }
        }
    }

    @Test
    void poolsThatAreHeldAreRefusedLongBeforeTheSystemsLimit() throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of(), List.of("-XX:+UseSerialGC"), ManyPools.class);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("refused after").contains("mappings are in use").contains("alive");
    }

    @Test
    @Needs(Capability.OVERSIZE)
    void withLittleRoomReservationsAreHalved() throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(
                List.of("sh", "-c", "ulimit -v 4000000 && exec \"$0\" \"$@\""),
                List.of("-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=32m", "-XX:CompressedClassSpaceSize=32m"),
                LittleRoom.class);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).containsPattern("arena (1073741824|2147483648) of 68719476736")
                .containsPattern("pool \\d+ 1\\n").contains("refused: cannot reserve greedy")
                .contains("68719476736 bytes of address space");
    }

    private static void collect() throws InterruptedException {
        System.gc();
        Thread.sleep(20);
    }

    private static String protectionAt(long address) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (Long.compareUnsigned(Long.parseUnsignedLong(line, 0, dash, 16), address) <= 0
                    && Long.compareUnsigned(Long.parseUnsignedLong(line, dash + 1, space, 16), address) > 0) {
                return line.substring(space + 1, space + 5);
            }
        }
        return "unmapped";
    }
}
