package org.quern.vmap.track;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.linux.PagemapScan;

/**
 * Which pages of one span changed since it was asked last: what the engine says was written, and what {@link ChangedRanges}
 * says may have changed by other ways than writing.
 *
 * <pre>
 *      span      |-------------------------------------------------------|
 *      changed        [ discarded  ]                 [ remapped ]            look what is there: content or zeros
 *      the rest  [    ]            [                 ]          [        ]   ask the engine: written, with content
 * </pre>
 *
 * <p>
 * Why the engine alone is not enough: a page that is discarded loses the state "written" along with its content, and an
 * untouched page may count as written or not. So the engine is asked for pages that are written <em>and</em> have
 * content, and discards come from the arena, which makes them.
 *
 * <p>
 * Order, for a discard: the pages are made zeros, then the range is added. Added before, it could be taken and looked at while
 * the old content is still there, and the zeros would never be reported.
 *
 * <p>
 * No change is lost: what a failing scan had in hand is added to the changed ranges, and reported again.
 */
public final class Tracking {
    /** Category of a page with content that changed. */
    public static final long WRITTEN = PagemapScan.PAGE_IS_WRITTEN;
    /** Categories of a page that changed to zeros. */
    public static final long ZEROED = PagemapScan.PAGE_IS_WRITTEN | PagemapScan.PAGE_IS_PFNZERO;

    private static final long CONTENT = PagemapScan.PAGE_IS_PRESENT | PagemapScan.PAGE_IS_SWAPPED;
    private static final int SCRATCH = 512;

    private final ScanEngine engine;
    private final @Nullable MarkScan marks;
    private final Residency residency;
    private final ScanOrder written;
    private final ChangedRanges changed = new ChangedRanges();
    private final Regions scratch = new Regions(SCRATCH);
    private long cursor; // where the next step of the epoch begins; whoever calls collect excludes others

    private Tracking(long bytes, ScanEngine engine, @Nullable MarkScan marks, Residency residency) {
        this.engine = engine;
        this.marks = marks;
        this.residency = residency;
        long guard = engine.categories() & PagemapScan.PAGE_IS_GUARD;
        this.written = new ScanOrder(guard, guard | WRITTEN, CONTENT, ZEROED, 0, true);
        changed.add(0, bytes);
    }

    /**
     * Tracks by the kernel. The span must be registered for write protection.
     *
     * @param bytes the size of the span
     * @param engine over the span
     * @param unmapped finds content that is not in the page table, as that of files; null if there is none
     * @return tracking to which everything is new
     */
    public static Tracking byKernel(long bytes, KernelScan engine, @Nullable Residency unmapped) {
        Residency mapped = content(engine, true);
        return new Tracking(bytes, engine, null, unmapped == null ? mapped : protecting(mapped, unmapped));
    }

    /** Protects what is mapped, whatever it is, and then lists by other means. */
    private static Residency protecting(Residency mapped, Residency listing) {
        Regions ignored = new Regions(SCRATCH);
        return (from, to, into) -> {
            for (long at = from; at < to; at = ignored.resumeAt()) {
                ignored.clear();
                mapped.list(at, to, ignored);
            }
            listing.list(from, to, into);
        };
    }

    /**
     * Tracks by marks.
     *
     * @param bytes the size of the span
     * @param marks of the span
     * @param residency finds what has content
     * @return tracking to which everything is new
     */
    public static Tracking byMarks(long bytes, MarkScan marks, Residency residency) {
        return new Tracking(bytes, marks, marks, residency);
    }

    /**
     * Asks the kernel which pages have content.
     *
     * @param engine over the span
     * @param protect whether they are protected at the same time
     * @return the means
     */
    public static Residency content(KernelScan engine, boolean protect) {
        long guard = engine.categories() & PagemapScan.PAGE_IS_GUARD;
        ScanOrder order = new ScanOrder(guard, guard, CONTENT, PagemapScan.PAGE_IS_PFNZERO, 0, protect);
        return (from, to, into) -> engine.scan(from, to, order, into);
    }

    /**
     * What the writers must mark.
     *
     * @return null if they need not
     */
    public @Nullable MarkScan marks() {
        return marks;
    }

    /**
     * The engine, to look by.
     *
     * @return what finds written pages
     */
    public ScanEngine engine() {
        return engine;
    }

    /**
     * What may have changed otherwise; may be added to by any thread.
     *
     * @return the ranges
     */
    public ChangedRanges changed() {
        return changed;
    }

    /**
     * The next step of an epoch: reports changed pages, as {@link #WRITTEN} or {@link #ZEROED}, and forgets that they changed.
     *
     * @param bytes the size of the span
     * @param into is cleared and receives the pages; if it then is complete, the epoch is over. Room for four or more
     */
    public void collect(long bytes, Regions into) {
        into.clear();
        boolean done = false;
        long from = cursor;
        long reached = from;
        try {
            while (reached < bytes) {
                long start = reached;
                long known = changed.next(start, bytes);
                boolean inDoubt = known == start;
                long end = inDoubt ? changed.take(start, bytes) : known;
                reached = end; // if the step fails, all of it is in doubt
                long stopped = inDoubt ? content(start, end, into) : written(start, end, into);
                reached = stopped;
                if (stopped < end) {
                    changed.add(inDoubt ? stopped : end, end);
                    break;
                }
            }
            done = true;
        } finally {
            if (!done) {
                changed.add(from, reached);
                into.clear();
            }
        }
        cursor = reached < bytes ? reached : 0;
        into.stop(reached, reached == bytes);
    }

    private long written(long from, long to, Regions into) {
        if (into.room() == 0) {
            return from;
        }
        engine.scan(from, to, written, into);
        return into.resumeAt();
    }

    /** Between two pages with content may lie zeros, and behind the last: twice the regions and one. */
    private long content(long from, long to, Regions into) {
        int places = (into.room() - 1) / 2;
        if (places < 1) {
            return from;
        }
        if (marks != null) {
            marks.clear(from, to); // before looking: a write that is marked from now on is reported again
        }
        scratch.clear(places);
        residency.list(from, to, scratch);
        long at = from;
        for (int i = 0; i < scratch.count(); i++) {
            addZeros(at, scratch.start(i), into);
            into.add(scratch.start(i), scratch.end(i), WRITTEN | scratch.categories(i));
            at = scratch.end(i);
        }
        addZeros(at, scratch.resumeAt(), into);
        return scratch.resumeAt();
    }

    private static void addZeros(long from, long to, Regions into) {
        if (from < to) {
            into.add(from, to, ZEROED);
        }
    }

    /**
     * Pages are about to be discarded.
     *
     * @param from offset of the first page
     * @param to offset after the last page
     */
    public void discarding(long from, long to) {
        if (marks != null) {
            marks.discarding(from, to);
        }
    }

    /** Begins the next epoch at the first page. */
    public void restart() {
        cursor = 0;
    }

    /**
     * Starts over: everything is new.
     *
     * @param bytes the size of the span
     */
    public void reset(long bytes) {
        cursor = 0;
        changed.add(0, bytes);
    }
}
