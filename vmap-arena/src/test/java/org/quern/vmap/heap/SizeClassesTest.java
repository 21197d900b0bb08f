package org.quern.vmap.heap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SizeClassesTest {
    @Test
    void everySizeHasTheSmallestClassThatHoldsIt() {
        for (int bytes = 1; bytes <= SizeClasses.LARGEST_BYTES; bytes++) {
            int c = SizeClasses.of(bytes);
            assertThat(SizeClasses.bytes(c)).isGreaterThanOrEqualTo(bytes);
            assertThat(c == 0 || SizeClasses.bytes(c - 1) < bytes).as("%d has class %d", bytes, c).isTrue();
        }
        assertThat(SizeClasses.bytes(SizeClasses.COUNT - 1)).isEqualTo(SizeClasses.LARGEST_BYTES);
        assertThat(SizeClasses.bytes(SizeClasses.FIRST_COARSE)).isEqualTo(1024);
    }

    @Test
    void wasteIsBounded() {
        for (int bytes = 1; bytes <= SizeClasses.LARGEST_BYTES; bytes++) {
            int waste = SizeClasses.bytes(SizeClasses.of(bytes)) - bytes;
            assertThat(waste).as("waste of %d", bytes).isLessThan(Math.max(16, bytes / 4 + 1));
        }
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            for (long page : new long[]{4096, 16384, 65536}) {
                long slab = SizeClasses.slabPages(SizeClasses.bytes(c), page) * page;
                assertThat(slab).as("slab of %d on pages of %d", SizeClasses.bytes(c), page)
                        .isGreaterThanOrEqualTo(SizeClasses.bytes(c));
                if (page == 4096) {
                    assertThat(slab % SizeClasses.bytes(c)).isLessThanOrEqualTo(slab / 16);
                }
            }
        }
    }

    @Test
    void coarseClassesSuitTheMap() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(SizeClasses.bytes(c) % (c < SizeClasses.FIRST_COARSE ? 16 : 256)).isZero();
        }
    }

    @Test
    void alignedClassesAreMultiplesOfTheAlignment() {
        for (long alignment = 1; alignment <= 4096; alignment *= 2) {
            for (long bytes = 1; bytes <= 65536; bytes += 37) {
                int c = SizeClasses.of(bytes, alignment);
                assertThat(SizeClasses.bytes(c) % alignment).isZero();
                assertThat(SizeClasses.bytes(c)).isGreaterThanOrEqualTo((int) bytes);
            }
        }
        assertThat(SizeClasses.of(65537, 16)).isEqualTo(SizeClasses.COUNT);
    }
}
