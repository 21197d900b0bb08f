package org.quern.vmap.slab;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** With pages of 64 bytes, so that blocks smaller, larger and unequal to pages all occur within a few thousand bytes. */
class BlockLedgerTest {
    private static final int SMALL_PAGE_SHIFT = 6;

    @Test
    void trimDecommitsExactlyThePopulatedPagesThatHaveNoByteOfABlockInUse() {
        for (long blockBytes : new long[]{8, 24, 64, 72, 200, 640}) {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            int blocks = 300;
            BlockLedger ledger = new BlockLedger(blockBytes, SMALL_PAGE_SHIFT, blocks);
            BitSet populated = new BitSet();
            BitSet used = new BitSet();
            for (int i = 0; i < 20_000; i++) {
                if (random.nextInt(100) < (i / 500 % 2 == 0 ? 60 : 40)) {
                    long block = ledger.take(p -> true);
                    if (block != BlockLedger.NONE) {
                        used.set((int) block);
                        populated.set((int) (block * blockBytes >>> 6),
                                (int) (((block + 1) * blockBytes - 1 >>> 6) + 1));
                    }
                } else {
                    int block = random.nextInt(blocks);
                    assertThat(ledger.giveBack(block) == BlockLedger.GiveBack.DONE).isEqualTo(used.get(block));
                    used.clear(block);
                }
                if (i % 100 == 0) {
                    trimAndCompare(ledger, blockBytes, used, populated, 1 + random.nextInt(5), "seed " + seed);
                }
            }
        }
    }

    private static void trimAndCompare(BlockLedger ledger, long blockBytes, BitSet used, BitSet populated, int atMost,
            String where) {
        BitSet expected = new BitSet();
        for (int p = populated.nextSetBit(0); p >= 0; p = populated.nextSetBit(p + 1)) {
            int next = used.nextSetBit((int) (p * 64L / blockBytes));
            expected.set(p, next < 0 || next * blockBytes >= (p + 1) * 64L);
        }
        BitSet decommitted = new BitSet();
        long page = 0;
        while (page >= 0) {
            page = ledger.trim(page, atMost, (first, pages) -> {
                assertThat(pages).isBetween(1L, (long) atMost);
                assertThat(decommitted.get((int) first, (int) (first + pages)).isEmpty()).isTrue();
                decommitted.set((int) first, (int) (first + pages));
            });
        }
        assertThat(decommitted).as(where + " block " + blockBytes).isEqualTo(expected);
        populated.andNot(expected);
        assertThat(ledger.populatedPages()).as(where).isEqualTo(populated.cardinality());
        ledger.verify();
    }

    @Test
    void aTrimThatFailsLeavesThePagesMarked() {
        BlockLedger ledger = new BlockLedger(64, SMALL_PAGE_SHIFT, 10);
        ledger.giveBack(ledger.take(p -> true));
        assertThatThrownBy(() -> ledger.trim(0, 10, (first, pages) -> {
            throw new IllegalStateException("no");
        })).isInstanceOf(IllegalStateException.class);
        assertThat(ledger.populatedPages()).isEqualTo(1);
        ledger.verify();
    }

    @Test
    void aRefusedGrantChangesNothing() {
        BlockLedger ledger = new BlockLedger(64, SMALL_PAGE_SHIFT, 10);
        assertThat(ledger.take(p -> false)).isEqualTo(BlockLedger.NONE);
        assertThat(ledger.used()).isZero();
        assertThat(ledger.populatedPages()).isZero();
        ledger.verify();
        assertThat(ledger.take(p -> p == 1)).isEqualTo(1);
    }

    @Test
    void theBooksStaySmall() {
        int blocks = 1_000_000;
        BlockLedger ledger = new BlockLedger(576, 12, blocks);
        for (int i = 1; i < blocks; i++) {
            ledger.take(p -> true);
        }
        assertThat(ledger.heapBytes()).as("in use: 1 bit and a little").isLessThan(blocks / 4);
        for (int i = 1; i < blocks; i++) {
            ledger.giveBack(i);
        }
        assertThat(ledger.heapBytes()).as("given back: 4 bytes and a little").isLessThan((long) (4.3 * blocks));
        for (int i = 1; i < blocks; i++) {
            ledger.take(p -> true);
        }
        assertThat(ledger.heapBytes()).as("the stack shrinks again").isLessThan(blocks / 4);
        ledger.verify();
    }
}
