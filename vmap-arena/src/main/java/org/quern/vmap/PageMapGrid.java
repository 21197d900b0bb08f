package org.quern.vmap;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A page map cut into at most 1,024 cells of equally many pages, a power of two, up to the last page that is not free; and
 * what each cell is to show.
 */
final class PageMapGrid {
    static final int COLUMNS = 64;
    private static final int CELLS = 1024;
    private static final PageMap.State[] BY_WEIGHT = {PageMap.State.HUGE, PageMap.State.POPULATED,
            PageMap.State.RELEASING, PageMap.State.ABSENT, PageMap.State.QUARANTINED, PageMap.State.GUARD,
            PageMap.State.FREE};

    private final long pagesPerCell;
    private final long shownPages;
    private final List<Map<PageMap.State, Long>> pages = new ArrayList<>(); // of each cell, by state

    PageMapGrid(PageMap map) {
        List<PageMap.Run> runs = map.runs();
        long end = 1;
        for (PageMap.Run run : runs) {
            end = run.state() == PageMap.State.FREE ? end : run.endPage();
        }
        shownPages = end;
        long per = 1;
        while (per * CELLS < end) {
            per <<= 1;
        }
        pagesPerCell = per;
        for (long at = 0; at < end; at += per) {
            pages.add(new EnumMap<>(PageMap.State.class));
        }
        for (PageMap.Run run : runs) {
            long to = Math.min(run.endPage(), end);
            for (long at = run.firstPage(); at < to;) {
                int cell = (int) (at / per);
                long stop = Math.min(to, (cell + 1) * per);
                pages.get(cell).merge(run.state(), stop - at, Long::sum);
                at = stop;
            }
        }
    }

    int cells() {
        return pages.size();
    }

    long pagesPerCell() {
        return pagesPerCell;
    }

    /** Pages from the first to the last that is not free. */
    long shownPages() {
        return shownPages;
    }

    /** The state that matters most of those in the cell. */
    PageMap.State state(int cell) {
        for (PageMap.State state : BY_WEIGHT) {
            if (count(cell, state) > 0) {
                return state;
            }
        }
        return PageMap.State.FREE;
    }

    /** Whether less than half of the cell is populated. */
    boolean isThin(int cell) {
        long populated = count(cell, PageMap.State.POPULATED) + count(cell, PageMap.State.HUGE);
        return populated > 0 && 2 * populated < pagesPerCell;
    }

    private long count(int cell, PageMap.State state) {
        return pages.get(cell).getOrDefault(state, 0L);
    }
}
