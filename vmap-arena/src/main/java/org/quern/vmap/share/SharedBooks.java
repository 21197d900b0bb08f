package org.quern.vmap.share;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * One process's hold on the shared books: enters and leaves the lock, keeps its {@link RunBooks} and {@link Views} up to date
 * with what others changed, makes changes.
 *
 * <p>
 * Between {@link #enter} and {@link #exit} the caller has the arena to itself, among threads and among processes, and
 * {@link #books} is the truth. Changes made by others are replayed from the log on entering; a process that was away for
 * more than the log remembers reads the heads anew. Any failure on the way makes the books on the heap stale, not wrong:
 * the next to enter reads them anew.
 *
 * <p>
 * Deadlock: the process's own lock is taken first, then the shared one; nothing is taken inside them.
 */
public final class SharedBooks {
    private final ControlBlock block;
    private final long pages;
    private final long self;
    private final Runnable memory;
    private final SharedLock shared;
    private final Journal journal;
    private final PeerTable peers;
    private final ReentrantLock local = new ReentrantLock();
    private final ReentrantLock settling = new ReentrantLock();
    private final Views views = new Views(); // guarded by local
    private RunBooks books; // guarded by local
    private boolean stale = true; // guarded by local: books and views are to be brought up to date from the heads
    private boolean ending; // guarded by local: a list of dying views is in settle's hands
    private long applied; // guarded by local: the last change that books and views show
    private int slot; // guarded by local

    /**
     * Of a process that is not entered in the table of peers yet.
     *
     * @param block the shared words, formatted
     * @param pages of the arena
     * @param self the name of this process
     * @param alive whether a process still runs
     * @param memory called before memory is needed on the heap; what it throws, the call that needs it throws
     */
    public SharedBooks(ControlBlock block, long pages, long self, LongPredicate alive, Runnable memory) {
        this.block = block;
        this.pages = pages;
        this.self = self;
        this.memory = memory;
        this.shared = new SharedLock(block, self, alive);
        this.journal = new Journal(block, pages);
        this.peers = new PeerTable(block, alive);
        this.books = new RunBooks(pages, memory);
    }

    /**
     * Takes the lock and catches up.
     *
     * @param limitNanos how long to wait for another process
     * @return false, and nothing taken, if it did not let go in time
     * @throws IllegalStateException if the shared books were overwritten; nothing is taken
     */
    public boolean enter(long limitNanos) {
        local.lock();
        boolean entered = false;
        SharedLock.Taken taken = SharedLock.Taken.NOT;
        try {
            taken = shared.lock(limitNanos);
            if (taken == SharedLock.Taken.NOT) {
                return false;
            }
            journal.recover(); // of a holder that died, or of a thread of ours that ran out of stack half-way
            catchUp();
            if (slot != 0 && !ending && !views.hasDying()) {
                peers.acknowledge(slot, applied); // nothing that was freed is shown here
            }
            entered = true;
            return true;
        } finally {
            if (!entered) {
                if (taken != SharedLock.Taken.NOT) {
                    shared.unlock();
                }
                local.unlock();
            }
        }
    }

    /** Lets go. */
    public void exit() {
        shared.unlock();
        local.unlock();
    }

    private void catchUp() {
        long changes = journal.changes();
        while (!stale && applied < changes) {
            Run change = journal.change(applied + 1);
            stale = true;
            if (change != null) {
                check(change);
                books.assign(change);
                views.kill(change.first(), change.count(), applied + 1);
                applied++;
                stale = false;
            }
        }
        if (stale) {
            books = RunBooks.read(block, pages, memory);
            views.killOutdated(books, changes);
            applied = changes;
            stale = false;
        }
    }

    private void check(Run change) {
        if (change.first() < 0 || change.count() < 1 || change.first() > pages - change.count()) {
            throw new IllegalStateException("change " + change + ": not within " + pages
                    + " pages: the shared books were overwritten");
        }
    }

    /**
     * Makes pages what the run says. Their views die. When this throws nothing was changed.
     *
     * @param run pages within the arena
     * @return the number of the change
     */
    public long change(Run run) {
        stale = true;
        books.assign(run);
        Run now = books.at(run.first());
        Run before = now.first() == 0 ? null : books.at(now.first() - 1);
        Run after = now.end() == pages ? null : books.at(now.end());
        memory.run();
        journal.commit(run, now, before, after); // from here on it is made, and nothing may throw
        long number = journal.changes();
        applied = number;
        stale = !killed(run, number);
        long inUse = books.pagesIn(RunState.ALLOCATED);
        if (inUse > block.getPlain(ControlBlock.AT_PEAK)) {
            block.setPlain(ControlBlock.AT_PEAK, inUse);
        }
        return number;
    }

    /** Whether the views of a change's pages are dying; if not, for want of memory, the next to enter sees to it. */
    private boolean killed(Run run, long number) {
        try {
            views.kill(run.first(), run.count(), number);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * A generation that was never used.
     *
     * @return 1, 2, .., among all processes
     */
    public long nextGeneration() {
        long next = block.getPlain(ControlBlock.AT_GENERATIONS) + 1;
        block.setPlain(ControlBlock.AT_GENERATIONS, next);
        return next;
    }

    /**
     * Enters this process in the table of peers.
     *
     * @return false if the table is full
     */
    public boolean register() {
        slot = peers.register(self, books);
        return slot != 0;
    }

    /** Takes this process out of the table; its pages stay what they are. */
    public void unregister() {
        peers.leave(slot);
    }

    /**
     * Enters a view of pages.
     *
     * @param view of a run of {@link #books}
     */
    public void show(Views.View view) {
        if (views.isEmpty()) {
            peers.acknowledge(slot, applied); // what was freed before is not shown
            peers.setViewing(slot, true);
        }
        views.show(view);
    }

    /** Every view dies. */
    public void killViews() {
        views.killAll(applied);
    }

    /**
     * Closes the scopes of dying views and acknowledges what that allows. Not inside {@link #enter}: closing waits for
     * readers.
     *
     * @param ender closes a scope; false if it cannot be closed now
     * @param limitNanos as for {@link #enter}
     * @return false if another process did not let go of the lock in time
     */
    public boolean settle(Predicate<Arena> ender, long limitNanos) {
        settling.lock(); // so that a list being closed is nobody else's business, and its change not acknowledged early
        try {
            if (!enter(limitNanos)) {
                return false;
            }
            Views.View dying;
            try {
                dying = views.takeDying();
                ending = true;
            } finally {
                exit();
            }
            Views.View left = Views.close(dying, ender);
            boolean entered = enter(limitNanos);
            if (!entered) {
                giveBack(left);
                return false;
            }
            try {
                long seen = views.giveBack(left, applied);
                ending = false;
                peers.acknowledge(slot, seen);
                peers.setViewing(slot, !views.isEmpty());
                return true;
            } finally {
                exit();
            }
        } finally {
            settling.unlock();
        }
    }

    /** What could not be closed waits for the next time. */
    private void giveBack(Views.@Nullable View left) {
        local.lock();
        try {
            views.giveBack(left, applied);
            ending = false;
        } finally {
            local.unlock();
        }
    }

    /**
     * The last change that everybody who shows pages has acknowledged; pages freed by it or before can be had again.
     *
     * @return its number
     */
    public long acknowledgedByAll() {
        return peers.acknowledgedByAll(applied);
    }

    /**
     * The view of a run.
     *
     * @param run a run of {@link #books}
     * @return null if it is not shown
     */
    public Views.@Nullable View view(Run run) {
        return views.find(run);
    }

    /**
     * Whether nobody can be looking at these pages: no other process shows any, and this one not these.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return true if they may be handed on at once
     */
    public boolean nobodyLooksAt(long first, long count) {
        for (long page = first; page < first + count;) {
            Run run = books.at(page);
            if (views.find(run) != null) {
                return false;
            }
            page = run.end();
        }
        return !views.hasDying() && !peers.othersView(slot);
    }

    /**
     * Whether views wait to be closed.
     *
     * @return true if {@link #settle} has something to do
     */
    public boolean hasDyingViews() {
        return views.hasDying();
    }

    /**
     * The books.
     *
     * @return valid until {@link #exit}
     */
    public RunBooks books() {
        return books;
    }

    /**
     * The slot of this process.
     *
     * @return 1..254
     */
    public int slot() {
        return slot;
    }

    /**
     * Who has a slot.
     *
     * @param ofSlot 1..254
     * @return the process number, or 0 if nobody
     */
    public long pid(int ofSlot) {
        return PeerProcess.pid(peers.identity(ofSlot));
    }

    /**
     * The most pages that were in use at a time.
     *
     * @return pages
     */
    public long peak() {
        return block.getPlain(ControlBlock.AT_PEAK);
    }

    /**
     * How many changes were made, by everybody.
     *
     * @return 0 or more
     */
    public long changes() {
        return journal.changes();
    }

    /**
     * Who holds the lock now, for messages.
     *
     * @return a process number, 0 if nobody
     */
    public long lockHolder() {
        return shared.holderPid();
    }
}
