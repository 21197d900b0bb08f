package org.quern.vmap.share;

import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * Changes of the books, made so that a process can be killed at any instruction: see the package for the steps.
 *
 * <p>
 * A change says "these pages are that from now on". At most three heads say it: that of the run the pages are in now (free
 * runs merge), and those of the runs before and after it, of which the change may have cut off a part. All calls under the
 * shared lock.
 */
final class Journal {
    private static final long AT_FIRST = ControlBlock.AT_INTENT + Long.BYTES;
    private static final long AT_HEADS = AT_FIRST + 4 * Long.BYTES;
    private static final long NO_PAGE = -1;

    private final ControlBlock block;
    private final long pages;

    Journal(ControlBlock block, long pages) {
        this.block = block;
        this.pages = pages;
    }

    /** How many changes were made. */
    long changes() {
        return block.getAcquire(ControlBlock.AT_CHANGES); // pairs with the release in carryOut
    }

    /** Makes a change that the books already show. Allocates nothing. */
    void commit(Run change, Run now, @Nullable Run before, @Nullable Run after) {
        long number = changes() + 1;
        block.setPlain(AT_FIRST, change.first());
        block.setPlain(AT_FIRST + 8, change.count());
        block.setPlain(AT_FIRST + 16, change.meta());
        block.setPlain(AT_FIRST + 24, change.stamp());
        intend(0, now);
        intend(1, before);
        intend(2, after);
        block.setRelease(ControlBlock.AT_INTENT, number); // pairs with the acquire in recover: the intent is whole
        carryOut(number);
    }

    private void intend(int index, @Nullable Run run) {
        long at = AT_HEADS + index * 24L;
        block.setPlain(at, run == null ? NO_PAGE : run.first());
        block.setPlain(at + 8, run == null ? 0 : run.word());
        block.setPlain(at + 16, run == null ? 0 : run.stamp());
    }

    /** Steps after the intent; can be repeated. */
    private void carryOut(long number) {
        VarHandle.releaseFence(); // no head is written before the intent; pairs with the acquire in recover
        for (int index = 0; index < ControlBlock.HEADS_OF_A_CHANGE; index++) {
            long at = AT_HEADS + index * 24L;
            long page = block.getPlain(at);
            if (page >= 0 && page < pages) {
                long head = ControlBlock.head(page);
                block.setPlain(head, block.getPlain(at + 8));
                block.setPlain(head + 8, block.getPlain(at + 16));
            }
        }
        long entry = ControlBlock.logged(number);
        for (int word = 0; word < 4; word++) {
            block.setPlain(entry + word * 8L, block.getPlain(AT_FIRST + word * 8L));
        }
        block.setRelease(ControlBlock.AT_CHANGES, number); // pairs with the acquire in changes
    }

    /** Completes what a holder of the lock began and did not end. Whether there was anything. */
    boolean recover() {
        long intended = block.getAcquire(ControlBlock.AT_INTENT); // pairs with the release in commit
        if (intended != changes() + 1) {
            return false;
        }
        carryOut(intended);
        return true;
    }

    /** A change of the past; null if the log has forgotten it. */
    @Nullable
    Run change(long number) {
        if (changes() - number >= ControlBlock.LOG) {
            return null;
        }
        long entry = ControlBlock.logged(number);
        return Run.of(block.getPlain(entry), block.getPlain(entry + 8), block.getPlain(entry + 16),
                block.getPlain(entry + 24));
    }
}
