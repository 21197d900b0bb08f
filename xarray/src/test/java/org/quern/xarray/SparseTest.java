package org.quern.xarray;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What only sparse arrays have: packed nodes, when they come and go, and what they cost. All other tests of arrays run on sparse ones too. */
class SparseTest extends ArrayTest {
    private static final long FAR = 1L << 36;

    private static long packed(ArrayUnderTest array) {
        return array.tree().packs().pool().inUse();
    }

    private static long plain(ArrayUnderTest array) {
        return array.tree().nodes().inUse();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void entriesFarApartShareSmallNodes(Kind kind) {
        ArrayUnderTest array = create(kind);
        array.store(FAR, 1);
        assertThat(array.stats().nodes()).as("a root and a packed node").isEqualTo(2);
        assertThat(array.stats().nodeBytes()).isEqualTo(576 + 128);
        for (int i = 1; i < 64; i++) {
            array.store(FAR + i * 1000L, i);
        }
        assertThat(array.stats().nodeBytes()).isEqualTo(576 + 64 + 64 * 16);
        array.store(FAR + 64_000, 64);
        assertThat(packed(array)).as("65 do not fit").isGreaterThan(1);
        assertThat(array.contents()).hasSize(65);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void whatFillsALeafIsALeaf(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 64; i++) {
            array.store(FAR + i, i);
        }
        array.store(FAR + 64, 64);
        array.store(0, 1);
        assertThat(array.dump()).contains("shift 0, count 64");
        for (int i = 0; i < 60; i++) {
            array.erase(FAR + i);
        }
        assertThat(array.dump()).as("packed again").doesNotContain("shift 0");
        assertThat(plain(array)).isEqualTo(1);
        assertThat(array.contents().keySet()).containsExactly(0L, FAR + 60, FAR + 61, FAR + 62, FAR + 63, FAR + 64);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void anEntryThatSpansIndicesUnpacksItsWayOnly(Kind kind) {
        ArrayUnderTest array = create(kind);
        array.store(FAR, 1);
        array.store(FAR + 5000, 2);
        array.mark(FAR + 5000, Mark.M1);
        array.store(FAR + 2, 1, 3);
        assertThat(array.array().orderAt(FAR + 3)).isEqualTo(1);
        assertThat(array.load(FAR)).isEqualTo(1);
        assertThat(array.load(FAR + 5000)).isEqualTo(2);
        assertThat(array.isMarked(FAR + 5000, Mark.M1)).isTrue();
        assertThat(packed(array)).isEqualTo(1);
        array.erase(FAR + 3);
        assertThat(array.stats().nodeBytes()).as("packed again").isEqualTo(576 + 128);
        assertThat(array.isMarked(FAR + 5000, Mark.M1)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void anErasedEntryComesBackToItsPlaceWithoutMemory(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 10; i++) {
            array.store(FAR + i * 1000L, i);
        }
        int retired = array.stats().retiredNodes();
        for (int i = 0; i < 100; i++) {
            array.erase(FAR + 3000);
            assertThat(array.load(FAR + 3000)).isEqualTo(ABSENT);
            array.store(FAR + 3000, i);
        }
        assertThat(array.stats().retiredNodes()).isEqualTo(retired);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void everyInsertionFailsCleanlyWhereverMemoryEnds(Kind kind) {
        long[] indices = new SplittableRandom(7).longs(300, 0, 1L << 40).toArray();
        for (long room = 0; room < 40; room++) {
            ArrayUnderTest array = create(kind, XArrayConfig.defaults().withMaxNodeBytes(room * 576));
            TreeMap<Long, Long> expected = new TreeMap<>();
            int refused = 0;
            for (long index : indices) {
                try {
                    array.store(index, index & 0xff);
                    expected.put(index, index & 0xff);
                } catch (NodeAllocationException full) {
                    refused++;
                }
            }
            assertThat(array.contents()).isEqualTo(expected);
            assertThat(array.stats().nodeBytes()).isLessThanOrEqualTo(room * 576);
            assertThat(refused).isEqualTo(indices.length - expected.size());
            TreeChecker.check(array.tree());
            for (long index : expected.keySet()) {
                array.erase(index);
            }
            assertThat(array.isEmpty()).isTrue();
            assertThat(nodes(array)).isZero();
        }
    }

    /** Bytes of a hundred thousand keys, from dense to as far apart as they get. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void noDistributionCostsMuch(Kind kind) {
        int entries = 100_000;
        for (int bits = 17; bits <= 64; bits++) {
            ArrayUnderTest array = create(kind);
            SplittableRandom random = new SplittableRandom(bits);
            for (int i = 0; i < entries; i++) {
                array.store(random.nextLong() >>> 64 - bits, 1);
            }
            long size = array.contents().size();
            assertThat((double) array.stats().nodeBytes() / size).as("2^%d", bits).isLessThan(84);
            array.clear();
        }
    }

    @Test
    void aMillionUniformKeysCostLessThanThirtyBytes() {
        try (LongXArray array = LongXArray.create(XArrayConfig.defaults().compressed())) {
            SplittableRandom random = new SplittableRandom(40);
            int entries = 1_000_000;
            for (int i = 0; i < entries; i++) {
                array.store(random.nextLong() >>> 24, i);
            }
            assertThat((double) array.stats().nodeBytes() / entries).isLessThan(30);
            array.clear();
            assertThat(array.stats().nodes()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void whoErasesAndStoresWhileItIteratesSeesIt(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 20; i++) {
            array.store(FAR + i * 1000L, i);
        }
        List<Long> seen = new ArrayList<>();
        array.forEach(0, MAX, null, (index, value) -> {
            seen.add(value);
            if (value == 3) {
                array.store(FAR + 3500, 100); // copies the node the scan is in
                array.erase(FAR + 4000);
                array.store(FAR + 5000, 200);
            }
        });
        assertThat(seen).startsWith(0L, 1L, 2L, 3L, 100L, 200L, 6L).hasSize(20);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.MATCH_ANY, names = "SPARSE_.*")
    void packedNodesCountInASharedBudget(Kind kind) {
        MemoryBudget budget = MemoryBudget.ofBytes(20_000);
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().sharing(budget));
        SplittableRandom random = new SplittableRandom(3);
        int stored = 0;
        try {
            for (; stored < 100_000; stored++) {
                array.store(random.nextLong(), 1);
            }
        } catch (NodeAllocationException full) {
            assertThat(budget.usedBytes()).isBetween(15_000L, 20_000L);
        }
        assertThat(stored).isBetween(200, 1000);
        assertThat(array.contents()).hasSize(stored);
        array.clear();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void idsAreDenseAndNotPacked() {
        try (LongXArray array = LongXArray.create(
                XArrayConfig.defaults().compressed().allocating(Allocation.FROM_ZERO))) {
            assertThat(array.tree().isSparse()).isFalse();
        }
    }

    @Test
    void thereIsNoImageOfIt(@TempDir Path directory) {
        try (LongXArray array = LongXArray.create(XArrayConfig.defaults().named("far").compressed())) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> LongXArrayImage.save(array, directory.resolve("image")))
                    .withMessageContaining("far");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> LongXArrayImage.of(array, "image"));
        }
    }
}
