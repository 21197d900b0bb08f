package org.quern.xarray;

import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.model.Model;
import org.quern.xarray.recycle.PackPool;
import org.quern.xarray.trace.TracedArray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Room for exactly n nodes, for every n: whatever does not fit throws and leaves content, marks, emptiness and node count as they were (B17, T23). */
class AllocationFailureTest extends ArrayTest {
    private ArrayUnderTest withRoomFor(Kind kind, long nodes) {
        return create(kind, XArrayConfig.defaults().named("small").withMaxNodeBytes(nodes * 576));
    }

    @ParameterizedTest
    @MethodSource("plainKinds")
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
        assertThat(most).isBetween(64, kind.isSparse() ? 86 + PackPool.MOST_QUARANTINED : 86);
        assertThat(array.tree().nodes().blocks().residentBytes()).as("churn does not grow").isLessThan(256 << 10);
    }

    /** Every operation that may need nodes, on several contents: with room for n nodes, for every n, it either succeeds or changes nothing. */
    @ParameterizedTest
    @MethodSource("kinds")
    void whateverFailsChangesNothing(Kind kind) { // B17, F19, G
        List<Consumer<ArrayUnderTest>> contents = List.of(array -> {}, array -> array.store(0, 1),
                array -> array.store(5, 1), array -> array.store(0, 6, 2), array -> array.store(1 << 18, 18, 3),
                array -> array.store(0, 19, 3), array -> fill(array, 1, 70, 5000, 1L << 30),
                array -> array.fill(100, 300_000, 4), array -> array.array().reserve(4096, 13));
        List<Consumer<ArrayUnderTest>> operations = List.of(array -> array.store(4096, 3, 9),
                array -> array.store(0, 7, 9), array -> array.store(0, 20, 9), array -> array.store(1L << 40, 40, 9),
                array -> array.store(MAX, 63, 9), array -> array.fill(5, 5, 9), array -> array.fill(0, 300, 9),
                array -> array.fill(77, 270_001, 9), array -> array.fill(1, MAX - 1, 9), array -> array.fill(0, MAX, 9),
                array -> array.array().clearRange(77, 270_001), array -> array.array().clearRange(4099, 4099),
                array -> array.array().split(4100, 0), array -> array.array().split(4100, 7),
                array -> array.array().splitTo(4100, 0), array -> array.array().splitTo(0, 2),
                array -> array.array().reserve(8191), array -> array.array().reserve(1L << 20, 20));
        for (Consumer<ArrayUnderTest> content : contents) {
            for (Consumer<ArrayUnderTest> operation : operations) {
                ArrayUnderTest free = create(kind);
                content.accept(free);
                long before = nodes(free);
                operation.accept(free);
                String wanted = entries(free);
                long enough = before;
                while (!fits(kind, content, operation, enough, wanted)) {
                    enough++;
                }
                assertThat(enough).as("no more than before and after together")
                        .isLessThanOrEqualTo(before + nodes(free));
                free.close();
            }
        }
    }

    /** Whether the operation has room; if not, that nothing has changed. */
    private boolean fits(Kind kind, Consumer<ArrayUnderTest> content, Consumer<ArrayUnderTest> operation, long room,
            String wanted) {
        ArrayUnderTest array = kind.create(XArrayConfig.defaults().withMaxNodeBytes(room * 576));
        try {
            content.accept(array);
            for (Mark mark : Mark.values()) {
                assertThat(array.anyMarked(mark)).isEqualTo(mark == Mark.M1 && array.isMarked(70, Mark.M1));
            }
            String dump = entries(array);
            try {
                operation.accept(array);
            } catch (NodeAllocationException refused) {
                assertThat(entries(array)).isEqualTo(dump);
                TreeChecker.check(array.tree());
                return false;
            }
            assertThat(entries(array)).isEqualTo(wanted);
            TreeChecker.check(array.tree());
            return true;
        } finally {
            array.close();
        }
    }

    /** All there is to see; of a sparse array without the nodes, since these depend on how it came about, and on how much room there was. */
    private static String entries(ArrayUnderTest array) {
        return array.tree().isSparse()
                ? array.dump().lines().filter(line -> line.contains(" = ")).map(String::strip)
                        .collect(Collectors.joining("\n"))
                : array.dump();
    }
}
