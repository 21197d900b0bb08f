package org.quern.vmap.share;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The segments that this process shows of an arena's pages: one scope for each run that was shown. When a run is freed, by
 * whomever, its view dies: first it is only out of the table (so nobody gets it any more), then its scope is closed.
 *
 * <pre>
 *    live (by first page)  --- kill: pages were freed, allocates nothing --->  dying (a list)  --- scope closed --->  gone
 * </pre>
 *
 * Live and dying are guarded by the lock of {@link SharedBooks}; closing scopes happens outside it, by one thread at a time.
 */
public final class Views {
    /** A run that is shown. */
    public static final class View {
        private final Run run;
        private final Arena scope;
        private final MemorySegment segment;
        private long killedBy; // the change that freed it
        private @Nullable View next; // of those dying

        /**
         * A new view.
         *
         * @param run allocated pages
         * @param scope of its own
         * @param segment all of the run
         */
        public View(Run run, Arena scope, MemorySegment segment) {
            this.run = run;
            this.scope = scope;
            this.segment = segment;
        }

        /**
         * What is shown.
         *
         * @return all of the run
         */
        public MemorySegment segment() {
            return segment;
        }
    }

    private final TreeMap<Long, View> live = new TreeMap<>();
    private @Nullable View dying;

    /** Nothing shown. */
    Views() {}

    /**
     * The view of a run.
     *
     * @param run allocated pages
     * @return null if it is not shown
     */
    public @Nullable View find(Run run) {
        View view = live.get(run.first());
        return view != null && view.run.equals(run) ? view : null;
    }

    /**
     * Enters a view.
     *
     * @param view of pages that have none
     */
    public void show(View view) {
        live.put(view.run.first(), view);
    }

    /** Views of any of these pages die. */
    void kill(long first, long count, long change) {
        Map.Entry<Long, View> below = live.floorEntry(first);
        if (below != null && below.getValue().run.end() > first) {
            kill(below.getValue(), change);
        }
        for (Map.Entry<Long, View> at = live.ceilingEntry(first); at != null
                && at.getKey() < first + count; at = live.ceilingEntry(first)) {
            kill(at.getValue(), change);
        }
    }

    private void kill(View view, long change) {
        live.remove(view.run.first());
        view.killedBy = change;
        view.next = dying;
        dying = view;
    }

    /** Views die whose pages are not what they were: for when it is not known what was changed. */
    void killOutdated(RunBooks books, long change) {
        for (Map.Entry<Long, View> at = live.firstEntry(); at != null; at = live.higherEntry(at.getKey())) {
            View view = at.getValue();
            if (!books.at(view.run.first()).equals(view.run)) {
                kill(view, change);
            }
        }
    }

    /** All views die. */
    void killAll(long change) {
        for (Map.Entry<Long, View> at = live.firstEntry(); at != null; at = live.firstEntry()) {
            kill(at.getValue(), change);
        }
    }

    /** The views that are dying, for one thread to close; the list is empty afterwards. */
    @Nullable
    View takeDying() {
        View list = dying;
        dying = null;
        return list;
    }

    /** Closes the scopes of a list; what cannot be closed now is returned. Outside the lock. */
    static @Nullable View close(@Nullable View list, Predicate<Arena> ender) {
        View left = null;
        for (View view = list; view != null;) {
            View next = view.next;
            if (!ender.test(view.scope)) {
                view.next = left;
                left = view;
            }
            view = next;
        }
        return left;
    }

    /** Puts views back that could not be closed; the least change that killed one of those dying, or {@code none}. */
    long giveBack(@Nullable View left, long none) {
        for (View view = left; view != null;) {
            View next = view.next;
            view.next = dying;
            dying = view;
            view = next;
        }
        long least = none;
        for (View view = dying; view != null; view = view.next) {
            least = Math.min(least, view.killedBy - 1);
        }
        return least;
    }

    /** Whether nothing is shown, not even by views that are dying. */
    boolean isEmpty() {
        return live.isEmpty() && dying == null;
    }

    /** Whether views wait for their scopes to be closed. */
    boolean hasDying() {
        return dying != null;
    }
}
