package org.quern.xarray;

import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.model.Model;
import org.quern.xarray.trace.TracedArray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Room for exactly n nodes, for every n: whatever does not fit throws and leaves content, marks, emptiness and node count as they were (B17, T23). */
class AllocationFailureTest extends ArrayTest {
    private ArrayUnderTest withRoomFor(Kind kind, long nodes) {
        return create(kind, XArrayConfig.defaults().named("small").withMaxNodeBytes(nodes * 576));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyInsertionFailsCleanlyAtEveryNode(Kind kind) {
        long[][] contents = {{}, {0}, {3}, {0, 3}, {70}, {0, 5000}, {1L << 30}};
        long[] additions = {1, 64, 4096, 1L << 20, (1L << 30) + 64, 1L << 60, MAX};
        for (long[] content : contents) {
            for (long addition : additions) {
                long before = nodesWith(content);
                long needed = nodesWith(content, addition);
                for (long room = before; room < needed; room++) {
                    refuses(kind, content, addition, room);
                }
                ArrayUnderTest fits = withRoomFor(kind, needed);
                fill(fits, content);
                assertThat(fits.store(addition, 99)).isEqualTo(ABSENT);
                assertThat(nodes(fits)).isEqualTo(needed);
            }
        }
    }

    private void refuses(Kind kind, long[] content, long addition, long room) {
        ArrayUnderTest array = withRoomFor(kind, room);
        fill(array, content);
        TreeMap<Long, Long> contents = array.contents();
        String dump = array.dump();
        assertThatExceptionOfType(NodeAllocationException.class).isThrownBy(() -> array.store(addition, 99))
                .withMessageContaining("array small").withMessageContaining("index=" + Long.toUnsignedString(addition))
                .withMessageContaining("maxNodes=" + room);
        assertThatExceptionOfType(NodeAllocationException.class).isThrownBy(() -> array.insert(addition, 99));
        assertThatExceptionOfType(NodeAllocationException.class)
                .isThrownBy(() -> array.compareAndSet(addition, ABSENT, 99));
        assertThat(array.compareAndSet(addition, 5, 99)).as("B12: a mismatch needs no memory").isFalse();
        assertThat(array.erase(addition)).as("B07: nor does erase").isEqualTo(ABSENT);
        assertThat(array.contents()).isEqualTo(contents);
        assertThat(array.dump()).isEqualTo(dump);
        assertThat(array.isEmpty()).isEqualTo(content.length == 0);
        TreeChecker.check(array.tree());
        for (long index : content) {
            assertThat(array.erase(index)).isEqualTo(index >>> 1);
        }
        assertThat(array.isEmpty()).isTrue();
        assertThat(nodes(array)).isZero();
    }

    private static void fill(ArrayUnderTest array, long... content) {
        for (long index : content) {
            array.store(index, index >>> 1);
            array.mark(index, Mark.M1);
        }
    }

    private static long nodesWith(long[] content, long... more) {
        Model model = new Model(TracedArray.Kind.PLAIN);
        for (long index : content) {
            model.store(index, 1);
        }
        for (long index : more) {
            model.store(index, 1);
        }
        return model.nodes();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void retiredNodesAreReusedBeforeAnythingFails(Kind kind) {
        ArrayUnderTest array = withRoomFor(kind, 11);
        for (int i = 0; i < 1000; i++) {
            array.store(MAX - i * 64L, i); // needs all eleven nodes, ten of which may be in quarantine
            array.erase(MAX - i * 64L);
        }
        assertThat(array.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void quarantineIsBounded(Kind kind) { // K10
        ArrayUnderTest array = create(kind);
        int most = 0;
        for (int i = 0; i < 20_000; i++) {
            array.store((long) i << 33, i);
            array.store(1, 1);
            array.erase((long) i << 33);
            most = Math.max(most, array.stats().retiredNodes());
        }
        assertThat(most).isBetween(64, 86);
        assertThat(array.tree().nodes().blocks().residentBytes()).as("churn does not grow").isLessThan(256 << 10);
    }
}
