package org.quern.xarray.tree;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.xarray.TreeChecker;
import org.quern.xarray.entry.Entry;

import static org.assertj.core.api.Assertions.assertThat;

/** Gates, leaf locks and the whole: who is inside keeps whom out. */
@Timeout(60)
class LeafLocksTest {
    private final Tree tree = new Tree("leaf locks", 1 << 20, null);
    private final Writer writer = new Writer(tree);
    private LeafLocks locks;

    @BeforeEach
    void share() {
        tree.lock().lock();
        tree.lock().shareLeaves();
        locks = tree.lock().leaves();
        for (int index = 0; index < 4096; index += 3) {
            writer.put(writer.locate(index), index, Entry.value(index), null);
        }
        tree.lock().shareLeaves(); // there are some: nothing happens
        tree.unlock();
    }

    @AfterEach
    void check() {
        TreeChecker.check(tree);
    }

    private static boolean inAnotherThread(Runnable task) {
        Thread other = Thread.ofPlatform().start(task);
        try {
            return other.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoIsInsideKeepsTheWholeFromOthers() {
        int gate = locks.enter();
        assertThat(gate).isNotEqualTo(LeafLocks.NONE);
        assertThat(locks.isQuiet()).isFalse();
        assertThat(inAnotherThread(() -> assertThat(tree.tryEnter()).isFalse())).isTrue();
        locks.leave(gate);
        assertThat(locks.isQuiet()).isTrue();
        assertThat(tree.tryEnter()).isTrue();
        tree.unlock();
    }

    @Test
    void theHolderOfTheWholeGoesOnWithIt() {
        tree.enter();
        assertThat(locks.enter()).isEqualTo(LeafLocks.NONE);
        assertThat(tree.lock().put(3, Entry.value(4))).isEqualTo(LeafWriter.REFUSED);
        assertThat(locks.isQuiet()).isTrue();
        tree.unlock();
    }

    @Test
    void aGateInUseSendsToTheNext() {
        int first = locks.enter();
        int second = locks.enter(); // the same thread would begin at the same one
        assertThat(second).isNotIn(LeafLocks.NONE, first);
        locks.leave(first);
        assertThat(locks.isQuiet()).isFalse();
        locks.leave(second);
        assertThat(locks.isQuiet()).isTrue();
    }

    @Test
    void aLeafIsLockedForOthersUntilItIsGivenBack() {
        assertThat(LeafLocks.lock(leaf(3))).isTrue();
        assertThat(LeafLocks.lock(leaf(4))).isFalse(); // the same leaf
        assertThat(LeafLocks.lock(leaf(64))).isTrue();
        LeafLocks.unlock(leaf(3));
        assertThat(LeafLocks.lock(leaf(4))).isTrue();
        LeafLocks.unlock(leaf(4));
        LeafLocks.unlock(leaf(64));
    }

    /** Whose holder has lost its processor: filling and emptying is refused after a time, to be done with the whole array; replacing goes on. */
    @Test
    void aLockedLeafRefusesWhatNeedsItsHeader() {
        assertThat(LeafLocks.lock(leaf(3))).isTrue();
        LeafWriter leaves = tree.lock();
        assertThat(leaves.put(4, Entry.value(1))).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.remove(3)).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.exchange(4, Entry.ABSENT, Entry.value(1))).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.exchange(3, Entry.value(3), Entry.ABSENT)).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.put(3, Entry.value(9))).isEqualTo(Entry.value(3));
        assertThat(leaves.exchange(3, Entry.value(9), Entry.value(3))).isEqualTo(Entry.value(9));
        assertThat(leaves.exchange(3, Entry.value(9), Entry.value(8))).isEqualTo(Entry.value(3));
        assertThat(leaves.add(3, 4)).isEqualTo(Entry.value(3));
        assertThat(leaves.add(3, -8)).isEqualTo(LeafWriter.REFUSED); // below 0
        assertThat(leaves.add(4, 1)).isEqualTo(LeafWriter.REFUSED); // nothing there
        assertThat(tree.load(3)).isEqualTo(Entry.value(7));
        LeafLocks.unlock(leaf(3));
        assertThat(locks.isQuiet()).isTrue();
    }

    @Test
    void whatNeedsMoreThanItsLeafIsRefused() {
        LeafWriter leaves = tree.lock();
        assertThat(leaves.put(100_000, Entry.value(1))).isEqualTo(LeafWriter.REFUSED); // no leaf
        tree.enter();
        writer.put(writer.locate(5000), 5000, Entry.value(1), null);
        writer.mark(3, 1);
        writer.put(writer.locate(4), 4, Entry.RESERVED, null);
        tree.unlock();
        assertThat(leaves.remove(5000)).isEqualTo(LeafWriter.REFUSED); // its leaf would be empty
        assertThat(leaves.remove(3)).isEqualTo(LeafWriter.REFUSED); // the only one of its leaf with that mark
        assertThat(leaves.remove(4)).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.put(4, Entry.value(1))).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.exchange(4, Entry.ABSENT, Entry.value(1))).isEqualTo(Entry.RESERVED);
        assertThat(leaves.exchange(3, Entry.value(3), Entry.RESERVED)).isEqualTo(LeafWriter.REFUSED);
        tree.enter();
        writer.mark(12, 0);
        writer.mark(15, 0);
        tree.unlock();
        assertThat(leaves.exchange(12, Entry.value(13), Entry.ABSENT)).isEqualTo(Entry.value(12)); // not the expected one
        assertThat(leaves.exchange(12, Entry.value(12), Entry.ABSENT)).isEqualTo(LeafWriter.REFUSED); // its mark would go before it
        assertThat(tree.isMarked(12, 0)).isTrue();
        assertThat(leaves.remove(12)).isEqualTo(Entry.value(12)); // goes, whatever it is by then; another has the mark
        assertThat(tree.isMarked(12, 0)).isFalse();
        assertThat(leaves.remove(5)).isEqualTo(Entry.ABSENT);
        assertThat(leaves.remove(6)).isEqualTo(Entry.value(6));
        tree.enter();
        writer.store(8192, 6, Entry.value(1), null); // spans indices
        tree.unlock();
        assertThat(leaves.put(3, Entry.value(1))).isEqualTo(LeafWriter.REFUSED);
        assertThat(leaves.remove(9)).isEqualTo(LeafWriter.REFUSED);
        tree.enter();
        writer.clear();
        writer.put(writer.locate(1), 1, Entry.value(1), null);
        tree.unlock();
        assertThat(leaves.put(1, Entry.value(2))).isEqualTo(Entry.value(1)); // none any more
    }

    private long leaf(long index) {
        return tree.basePlain() + LeafWriter.leafOf(tree, index);
    }
}
