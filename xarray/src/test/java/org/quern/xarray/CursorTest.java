package org.quern.xarray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Cursors and write scopes: section I of the checklist. What random walks do, ReplayTest shows, for both kinds of array. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CursorTest {
    private static final long MAX = -1L;
    private final LongXArray array = LongXArray.create(XArrayConfig.defaults().named("walked"));

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    @Test
    void aFreshCursorLooksBeforeItMoves() { // I01, I02, T30
        array.store(5, 50);
        array.store(6, 60);
        try (LongReadCursor cursor = array.cursor(5)) {
            assertThat(cursor.stepForward()).isTrue();
            assertThat(cursor.value()).isEqualTo(50);
            assertThat(cursor.stepForward()).isTrue();
            assertThat(cursor.value()).isEqualTo(60);
            cursor.reset();
            assertThat(cursor.stepBack()).isTrue();
            assertThat(cursor.index()).isEqualTo(6);
            cursor.moveTo(4);
            assertThat(cursor.next(MAX)).isTrue();
            assertThat(cursor.index()).isEqualTo(5);
        }
    }

    @Test
    void stepsMoveByOne() { // I03, I04
        for (int k = 0; k < 64; k++) {
            for (long index : new long[]{1L << k, (1L << k) - 1}) {
                array.clear();
                array.store(0, 7);
                array.store(index, 8);
                try (LongReadCursor cursor = array.cursor(index - 3)) {
                    for (long expected = index - 3; expected != index + 4; expected++) {
                        cursor.stepForward();
                        assertThat(cursor.index()).isEqualTo(expected);
                        assertThat(cursor.value()).isEqualTo(array.load(expected));
                    }
                    for (long expected = index + 2; expected != index - 4; expected--) {
                        cursor.stepBack();
                        assertThat(cursor.index()).isEqualTo(expected);
                        assertThat(cursor.value()).isEqualTo(array.load(expected));
                    }
                }
            }
        }
        array.store(MAX, 9);
        LongReadCursor cursor = array.cursor(MAX);
        cursor.load();
        assertThat(cursor.stepForward()).isTrue();
        assertThat(cursor.index()).isZero();
        assertThat(cursor.stepBack()).isTrue();
        assertThat(cursor.value()).isEqualTo(9);
    }

    @Test
    void behindTheLastEntry() { // I05, I06, T12
        array.store(0, 1);
        LongReadCursor cursor = array.cursor(0);
        assertThat(cursor.next(MAX)).isTrue();
        assertThat(cursor.next(MAX)).isFalse();
        assertThat(cursor.index()).isEqualTo(1);
        array.store(5, 2);
        assertThat(cursor.next(MAX)).isTrue();
        assertThat(cursor.next(MAX)).isFalse();
        assertThat(cursor.index()).isEqualTo(64);
        try (WriteScope scope = array.lock(); LongWriteCursor end = array.writeCursor(scope, 0)) {
            while (end.next(MAX)) {
                assertThat(end.value()).isPositive();
            }
            end.store(3);
        }
        assertThat(array.load(64)).isEqualTo(3);
    }

    @Test
    void searchesResumeWithAHigherEnd() { // I07, T15
        array.store(5, 1);
        array.store(100, 2);
        array.mark(5, Mark.M0);
        array.mark(100, Mark.M0);
        for (boolean marked : new boolean[]{false, true}) {
            LongReadCursor cursor = array.cursor(0);
            assertThat(next(cursor, 99, marked)).isTrue();
            assertThat(next(cursor, 99, marked)).isFalse();
            assertThat(next(cursor, MAX, marked)).isTrue();
            assertThat(cursor.index()).isEqualTo(100);
        }
    }

    private static boolean next(LongReadCursor cursor, long max, boolean marked) {
        return marked ? cursor.nextMarked(max, Mark.M0) : cursor.next(max);
    }

    @Test
    void storesOverGapsAndErasesOnTheWay() { // I08, I09
        try (WriteScope scope = array.lock(); LongWriteCursor cursor = array.writeCursor(scope, 0)) {
            for (int i = 0; i < 200; i++) {
                for (int j = i; j < 2 * i + 17; j++) {
                    cursor.moveTo(j);
                    cursor.store(j);
                }
                cursor.moveTo(0);
                int erased = 0;
                while (cursor.next(MAX)) {
                    assertThat(cursor.value()).isEqualTo(cursor.index());
                    assertThat(cursor.erase()).isTrue();
                    erased++;
                }
                assertThat(erased).isEqualTo(i + 17);
                assertThat(array.isEmpty()).isTrue();
            }
            assertThat(array.stats().nodes()).isZero();
        }
    }

    @Test
    void pausesGoBehindTheEntry() { // I10, I11, I12, I13, T14
        for (int order = 0; order < 63; order++) {
            array.store(1L << order, order, order);
        }
        array.store(0, 99);
        array.store(MAX, 63, 63);
        LongReadCursor cursor = array.cursor(0);
        int delivered = 0;
        while (cursor.next(MAX)) {
            delivered++;
            cursor.pause();
            cursor.pause();
            cursor.resume();
        }
        assertThat(delivered).isEqualTo(65);
        for (long[] row : new long[][]{{65, 128}, {1L << 20 | 77, 1L << 21}}) {
            LongReadCursor inside = array.cursor(row[0]);
            inside.next(MAX);
            inside.pause();
            assertThat(inside.index()).isEqualTo(row[1]);
        }
        LongReadCursor last = array.cursor(MAX);
        assertThat(last.load()).isTrue();
        last.pause();
        assertThat(last.next(MAX)).isFalse();
        array.clear();
        array.store(7, 1);
        LongReadCursor gap = array.cursor(5);
        assertThat(gap.load()).isFalse();
        gap.pause();
        assertThat(gap.index()).isEqualTo(6);
    }

    @Test
    void pauseFromTheMiddleOfSmallEntries() { // I11
        array.store(64, 2, 1);
        array.store(68, 2);
        array.store(256, 3);
        array.store(0, 9, 9); // 0..511
        array.eraseRange(0, 9);
        array.store(64, 2, 1);
        array.store(512, 8, 1);
        LongReadCursor cursor = array.cursor(65);
        cursor.next(MAX);
        cursor.pause();
        assertThat(cursor.index()).isEqualTo(68);
        cursor.moveTo(582);
        cursor.next(MAX);
        cursor.pause();
        assertThat(cursor.index()).isEqualTo(768);
    }

    @Test
    void aCursorNeverGoesStale() { // I14, I15, I16
        array.store(0, 1);
        array.store(70, 2);
        LongReadCursor cursor = array.cursor(70);
        assertThat(cursor.load()).isTrue();
        assertThat(cursor.unchanged()).isTrue();
        array.erase(70); // the leaf goes, and the entry at 0 moves into the head
        assertThat(cursor.unchanged()).isFalse();
        assertThat(cursor.load()).isFalse();
        array.store(70, 3); // another leaf
        assertThat(cursor.load()).isTrue();
        assertThat(cursor.value()).isEqualTo(3);
        assertThat(cursor.stepBack()).isFalse();
        array.store(64, 6, 9);
        assertThat(cursor.load()).isTrue();
        assertThat(cursor.index()).as("F22").isEqualTo(69);
        assertThat(cursor.base()).isEqualTo(64);
        assertThat(cursor.order()).isEqualTo(6);
        cursor.skipEntry();
        assertThat(cursor.index()).as("I21").isEqualTo(127);
        assertThat(cursor.stepForward()).isFalse();
        array.clear();
        assertThat(cursor.next(MAX)).isFalse();
    }

    @Test
    void preparedRangesNeedNoMoreMemory() { // I17, I18
        for (int order = 0; order < 14; order++) {
            long first = 1L << 14;
            long last = first + (1L << order) - 1;
            long needed;
            try (LongXArray counted = LongXArray.create()) {
                for (long i = first; i <= last; i++) {
                    counted.store(i, 1);
                }
                needed = counted.stats().nodes();
            }
            try (LongXArray small = LongXArray
                    .create(XArrayConfig.defaults().named("small").withMaxNodeBytes(needed * 576))) {
                try (WriteScope scope = small.lock(); LongWriteCursor cursor = small.writeCursor(scope, first)) {
                    Prepared unused = cursor.prepareRange(first, last);
                    assertThat(small.isEmpty()).isTrue();
                    assertThat(small.stats().nodes()).isZero();
                    unused.close();
                    TreeChecker.check(small.tree());
                    Prepared prepared = cursor.prepareRange(first, last);
                    for (long i = first; i <= last; i++) {
                        cursor.moveTo(i);
                        cursor.store(i);
                    }
                    prepared.close();
                    assertThatExceptionOfType(NodeAllocationException.class)
                            .isThrownBy(() -> cursor.prepareRange(0, MAX));
                }
                TreeChecker.check(small.tree());
                assertThat(small.stats().nodes()).isEqualTo(needed);
            }
        }
    }

    @Test
    void conflicts() { // F13, F14, I19
        array.store(64, 4, 1);
        array.store(80, 2);
        array.reserve(95);
        array.store(128, 3);
        try (WriteScope scope = array.lock(); LongWriteCursor cursor = array.writeCursor(scope, 0)) {
            for (int round = 0; round < 2; round++) {
                List<String> found = new ArrayList<>();
                cursor.moveTo(70, 6);
                while (cursor.nextConflict()) {
                    found.add(
                            cursor.base() + "/" + cursor.order() + (cursor.isReserved() ? "r" : "=" + cursor.value()));
                }
                assertThat(found).containsExactly("64/4=1", "80/0=2", "95/0r");
                assertThat(cursor.index()).isEqualTo(64);
            }
            cursor.moveTo(70, 1);
            assertThat(cursor.nextConflict()).isTrue();
            assertThat(cursor.base()).isEqualTo(64);
            assertThat(cursor.nextConflict()).isFalse();
            cursor.moveTo(64, 6);
            assertThat(cursor.store(9)).isEqualTo(1);
            assertThat(cursor.order()).isEqualTo(6);
            assertThat(cursor.split(3)).isTrue();
            assertThat(cursor.order()).isEqualTo(3);
            assertThat(cursor.splitTo(0)).isTrue();
            cursor.mark(Mark.M1);
            cursor.resetMarks();
            assertThat(array.anyMarked(Mark.M1)).isFalse();
            cursor.moveTo(0, 0);
            assertThat(cursor.mark(Mark.M1)).as("D13, T31").isFalse();
        }
    }

    @Test
    void cursorsAreConfined() throws Exception { // I20
        LongReadCursor cursor = array.cursor(0);
        assertThat(inAnotherThread(cursor::load)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the cursor belongs to thread");
        cursor.close();
        assertThatIllegalStateException().isThrownBy(cursor::load)
                .withMessage("array walked: the cursor is closed");
        WriteScope scope = array.lock();
        LongWriteCursor writer = array.writeCursor(scope, 0);
        assertThat(inAnotherThread(() -> array.writeCursor(scope, 0))).isInstanceOf(IllegalStateException.class);
        assertThat(inAnotherThread(scope::close)).isInstanceOf(IllegalStateException.class);
        assertThat(inAnotherThread(() -> assertThat(array.tryLock()).isNull())).isNull();
        scope.close();
        scope.close();
        assertThatIllegalStateException().isThrownBy(() -> writer.store(1)).withMessageContaining("scope is closed");
        try (LongXArray other = LongXArray.create(); WriteScope foreign = other.lock()) {
            assertThatIllegalArgumentException().isThrownBy(() -> array.writeCursor(foreign, 0));
        }
        assertThat(array.isEmpty()).isTrue();
    }

    private static Throwable inAnotherThread(Runnable action) throws InterruptedException {
        try {
            CompletableFuture.runAsync(action, command -> new Thread(command).start()).get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void aScopeIsOneStep() throws Exception { // B16, R14
        try (WriteScope scope = array.lock()) {
            array.store(1, 1);
            CompletableFuture<Long> other = CompletableFuture.supplyAsync(() -> array.store(1, 2));
            assertThat(array.load(1)).isEqualTo(1);
            try (WriteScope inner = array.lock(); LongWriteCursor cursor = array.writeCursor(inner, 1)) {
                array.mark(1, Mark.M0);
                cursor.load();
                assertThatIllegalStateException().isThrownBy(cursor::pause).withMessageContaining("inside another");
            }
            Thread.sleep(20);
            assertThat(array.load(1)).isEqualTo(1);
            assertThat(other).isNotDone();
            LongWriteCursor cursor = array.writeCursor(scope, 1);
            cursor.load();
            cursor.pause();
            assertThat(other.get()).isEqualTo(1);
            assertThatIllegalStateException().isThrownBy(() -> cursor.store(3)).withMessageContaining("paused");
            cursor.resume();
            assertThat(cursor.index()).isEqualTo(2);
            cursor.store(3);
        }
        assertThat(array.load(2)).isEqualTo(3);
        WriteScope again = array.tryLock();
        assertThat(again).isNotNull();
        again.close();
    }

    @Test
    void listenersHearOfEveryNode() { // I22, I23, I24, T27
        Map<String, NodeView> shadows = new HashMap<>();
        NodeListener listener = node -> {
            String key = node.baseIndex() + "/" + node.shift();
            if (node.shift() == 0 && node.count() > 0 && node.count() == node.valueCount()) {
                shadows.put(key, node);
            } else {
                shadows.remove(key);
            }
        };
        try (LongXArray listened = LongXArray.create(XArrayConfig.defaults().named("heard").listening(listener))) {
            for (int i = 0; i < 64; i++) {
                listened.store(i, i);
                listened.store(4096 + i, i);
            }
            assertThat(shadows.keySet()).containsExactlyInAnyOrder("0/0", "4096/0");
            listened.setReserved(5);
            assertThat(shadows.keySet()).containsExactly("4096/0");
            listened.store(5, 5);
            listened.mark(4100, Mark.M1);
            try (WriteScope scope = listened.lock()) {
                assertThat(scope.evict(shadows.get("4096/0"))).isTrue();
            }
            assertThat(listened.anyMarked(Mark.M1)).isFalse();
            assertThat(listened.load(4096)).isEqualTo(LongXArray.ABSENT);
            assertThat(shadows.keySet()).containsExactly("0/0");
            listened.fill(0, 100_000, 3);
            listened.split(100, 0);
            listened.clear();
            assertThat(shadows).isEmpty();
            TreeChecker.check(listened.tree());
        }
    }

    @Test
    void storingTheSameAgainChangesNothing() { // B03
        int[] told = {0};
        try (LongXArray heard = LongXArray
                .create(XArrayConfig.defaults().named("heard").listening(node -> told[0]++))) {
            heard.store(70, 5);
            heard.store(128, 3, 6);
            heard.mark(70, Mark.M2);
            heard.mark(130, Mark.M1);
            String before = heard.dump();
            told[0] = 0;
            assertThat(heard.store(70, 5)).isEqualTo(5);
            assertThat(heard.store(135, 6)).isEqualTo(6);
            assertThat(heard.compareAndSet(70, 5, 5)).isTrue();
            assertThat(heard.dump()).isEqualTo(before);
            assertThat(told[0]).isZero();
            heard.store(71, 5);
            assertThat(told[0]).as("something else").isPositive();
        }
    }

    @Test
    void aStoreWhereTheCursorLookedWalksNoMore() { // F14
        for (int i = 0; i < 500; i += 3) {
            array.store(i, i);
        }
        try (WriteScope scope = array.lock(); LongWriteCursor cursor = array.writeCursor(scope, 300)) {
            assertThat(cursor.knowsPlace()).isFalse();
            assertThat(cursor.nextConflict()).isTrue();
            assertThat(cursor.knowsPlace()).isTrue();
            assertThat(cursor.store(1)).isEqualTo(300);
            assertThat(cursor.knowsPlace()).isTrue();
            cursor.moveTo(301);
            assertThat(cursor.nextConflict()).isFalse();
            assertThat(cursor.store(2)).isEqualTo(LongXArray.ABSENT);
            assertThat(cursor.knowsPlace()).isTrue();
            array.clearRange(256, 319); // the leaf goes under the cursor
            assertThat(cursor.knowsPlace()).isFalse();
            assertThat(cursor.store(3)).isEqualTo(LongXArray.ABSENT);
            assertThat(array.load(301)).isEqualTo(3);
            array.store(256, 6, 9); // an entry takes its place
            assertThat(cursor.knowsPlace()).isFalse();
            assertThat(cursor.store(4)).isEqualTo(9);
            assertThat(array.orderAt(301)).isEqualTo(6);
            cursor.moveTo(66);
            cursor.load();
            array.clear();
            assertThat(cursor.knowsPlace()).isFalse();
            cursor.store(5);
            array.erase(66);
            cursor.moveTo(0);
            cursor.store(6); // into the head
            assertThat(cursor.knowsPlace()).isFalse();
            cursor.moveTo(1);
            cursor.store(7);
            assertThat(array.load(0)).isEqualTo(6);
            cursor.moveTo(0, 3);
            assertThat(cursor.store(8)).isEqualTo(6);
            assertThat(array.load(7)).isEqualTo(8);
            TreeChecker.check(array.tree());
        }
    }

    @Test
    void listenersMayNotChangeTheArray() {
        LongXArray[] listened = new LongXArray[1];
        listened[0] = LongXArray.create(XArrayConfig.defaults().named("heard").listening(node -> listened[0].erase(3)));
        assertThatIllegalStateException().isThrownBy(() -> listened[0].store(3, 1))
                .withMessageContaining("a node listener must not change or lock the array");
        assertThat(listened[0].load(3)).as("the operation was completed").isEqualTo(1);
        assertThatIllegalStateException().isThrownBy(() -> listened[0].clear());
        assertThat(listened[0].isEmpty()).isTrue();
        TreeChecker.check(listened[0].tree());
        listened[0].close();
    }
}
