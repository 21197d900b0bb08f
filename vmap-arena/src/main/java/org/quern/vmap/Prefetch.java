package org.quern.vmap;

import org.quern.vmap.fault.FaultEngine;
import org.quern.vmap.fault.FillFailure;

/**
 * Makes a run of pages present. Where content comes later, fetching is begun up to {@link #WINDOW} absent runs ahead of the
 * page that is waited for: as many requests are under way at a time.
 */
final class Prefetch {
    private static final int WINDOW = 64;

    /** Makes pages present; throws the public exception. */
    interface Requirer {
        void require(long first, long end);
    }

    private final FaultEngine engine;
    private final boolean ahead;

    Prefetch(FaultEngine engine, boolean ahead) {
        this.engine = engine;
        this.ahead = ahead;
    }

    void run(long first, long end, Requirer requirer) {
        long begun = first;
        int underWay = 0;
        for (long page = first; page < end;) {
            while (ahead && begun < end && underWay < WINDOW) {
                underWay += begin(begun) ? 1 : 0;
                begun = engine.runEnd(begun);
            }
            long stop = Math.min(end, engine.runEnd(page));
            requirer.require(page, stop);
            page = stop;
            underWay = Math.max(0, underWay - 1);
        }
    }

    private boolean begin(long page) {
        try {
            return engine.begin(page);
        } catch (FillFailure closed) {
            return false; // waiting for the page says so
        }
    }
}
