package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A limit that several arrays share: never exceeded, given back by whoever gives nodes up. */
class MemoryBudgetTest {
    private static final long NODE = 576;

    private final MemoryBudget budget = MemoryBudget.ofBytes(10 * NODE + 100);

    private LongXArray array(String name) {
        return LongXArray.create(XArrayConfig.defaults().named(name).sharing(budget));
    }

    @Test
    void whatOneTakesTheOthersLack() { // I18, J10
        try (LongXArray one = array("one"); LongXArray other = array("other")) {
            one.store(0, 1);
            assertThat(budget.usedBytes()).as("index 0 needs no node").isZero();
            for (int i = 0; i < 7; i++) {
                one.store(i * 64L + 1, i);
            }
            assertThat(budget.usedBytes()).isEqualTo(one.stats().nodes() * NODE).isEqualTo(8 * NODE);
            other.store(63, 1);
            assertThat(budget.usedBytes()).isEqualTo((one.stats().nodes() + other.stats().nodes()) * NODE);
            String before = other.dump();
            assertThatThrownBy(() -> other.store(1L << 20, 1)).isInstanceOf(NodeAllocationException.class)
                    .hasMessageContaining("budget: 5184 of 5860 bytes");
            assertThat(other.dump()).isEqualTo(before);
            assertThat(budget.usedBytes()).isEqualTo(9 * NODE);
            one.clear();
            assertThat(budget.usedBytes()).isEqualTo(NODE);
            other.store(1L << 20, 1);
            TreeChecker.check(one.tree());
            TreeChecker.check(other.tree());
        }
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void retiredNodesAreTakenBackBeforeAnOperationFails() {
        try (LongXArray array = array("churn")) {
            for (int i = 0; i < 2000; i++) {
                array.store(i * 64L, i);
                array.store(i * 64L + (1L << 20), i);
                array.erase(i * 64L);
                array.erase(i * 64L + (1L << 20));
                assertThat(budget.usedBytes()).isLessThanOrEqualTo(budget.limitBytes());
            }
        }
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void preparedNodesCount() {
        try (LongXArray array = array("prepared"); WriteScope scope = array.lock()) {
            LongWriteCursor cursor = array.writeCursor(scope, 0);
            Prepared prepared = cursor.prepareRange(0, 255);
            long aside = budget.usedBytes();
            assertThat(aside).isGreaterThanOrEqualTo(5 * NODE);
            for (int i = 0; i < 256; i++) {
                cursor.moveTo(i);
                cursor.store(i);
            }
            prepared.close();
            assertThat(budget.usedBytes()).isEqualTo(array.stats().nodes() * NODE);
        }
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void severalWritersNeverExceedIt() throws InterruptedException {
        MemoryBudget large = MemoryBudget.ofBytes(200 * NODE);
        List<Thread> threads = new ArrayList<>();
        List<LongXArray> arrays = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            LongXArray mine = LongXArray.create(XArrayConfig.defaults().sharing(large));
            arrays.add(mine);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    try {
                        mine.store(i * 64L, i);
                    } catch (NodeAllocationException e) {
                        mine.clear();
                    }
                }
            }));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            assertThat(large.usedBytes()).isBetween(0L, large.limitBytes());
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (LongXArray array : arrays) {
            TreeChecker.check(array.tree());
            array.close();
        }
        assertThat(large.usedBytes()).isZero();
    }

    @Test
    void anArrayThatIsForgottenGivesItsShareBack() throws InterruptedException {
        forget();
        for (int i = 0; i < 200 && budget.usedBytes() > 0; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(budget.usedBytes()).isZero();
    }

    @SuppressWarnings("resource") // that is what happens
    private void forget() {
        array("forgotten").store(5, 5);
        assertThat(budget.usedBytes()).isEqualTo(NODE);
    }

    @Test
    void misuse() {
        assertThatThrownBy(() -> MemoryBudget.ofBytes(-1)).hasMessage("bytes=-1: must be 0 or more");
        try (LongXArray none = LongXArray.create(XArrayConfig.defaults().sharing(MemoryBudget.ofBytes(0)))) {
            none.store(0, 1);
            assertThatThrownBy(() -> none.store(1, 1)).isInstanceOf(NodeAllocationException.class);
        }
    }
}
