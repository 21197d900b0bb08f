package org.quern.vmap;

import java.util.List;

/** Lays runs end to end, cuts those that are handed out where population changes, and joins equal neighbours. */
final class PageMapBuilder {
    private final List<PageMap.Run> into;
    private final List<PageMap.Run> populated; // ascending; POPULATED or HUGE
    private int next;

    PageMapBuilder(List<PageMap.Run> into, List<PageMap.Run> populated) {
        this.into = into;
        this.populated = populated;
    }

    /** Adds pages [from, to) behind those added before. */
    void add(long from, long to, PageMap.State state) {
        if (state != PageMap.State.ABSENT) {
            put(from, to, state);
            return;
        }
        long at = from;
        for (; next < populated.size() && populated.get(next).firstPage() < to; next++) {
            PageMap.Run run = populated.get(next);
            long begin = Math.max(at, run.firstPage());
            long end = Math.min(to, run.endPage());
            if (begin < end) {
                put(at, begin, PageMap.State.ABSENT);
                put(begin, end, run.state());
                at = end;
            }
            if (run.endPage() > to) {
                break; // its rest lies in a later run
            }
        }
        put(at, to, PageMap.State.ABSENT);
    }

    private void put(long from, long to, PageMap.State state) {
        if (from >= to) {
            return;
        }
        int last = into.size() - 1;
        if (last >= 0 && into.get(last).state() == state) {
            PageMap.Run before = into.get(last);
            into.set(last, new PageMap.Run(before.firstPage(), before.pages() + to - from, state));
        } else {
            into.add(new PageMap.Run(from, to - from, state));
        }
    }
}
