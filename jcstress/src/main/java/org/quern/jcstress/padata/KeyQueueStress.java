package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.quern.padata.order.KeyLink;
import org.quern.padata.order.KeyQueue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * K2: the drainer that arrives at the second job, and the worker that finishes it, meet in its state; exactly one of them
 * delivers it, and sees what the other wrote before (the work, or the delivery before this one).
 */
@JCStressTest
@Outcome(id = "1, 0, 7", expect = ACCEPTABLE, desc = "finished first: the drainer delivers, sees the work")
@Outcome(id = "0, 1, 7", expect = ACCEPTABLE, desc = "parked first: the worker delivers, sees the delivery before")
@Outcome(id = "0, 0, .*", expect = FORBIDDEN, desc = "orphan")
@Outcome(id = "1, 1, .*", expect = FORBIDDEN, desc = "both deliver")
@Outcome(expect = FORBIDDEN, desc = "something not seen")
@State
public class KeyQueueStress {
    private final KeyQueue queue = new KeyQueue("key");
    private final KeyLink second = new KeyLink("second");
    private int work;
    private int delivery;

    /** Two jobs; the first is finished and handed out, its delivery under way: the drainer has the token. */
    public KeyQueueStress() {
        KeyLink first = new KeyLink("first");
        queue.tryEnter(2);
        queue.append(first);
        queue.readyOrPark();
        queue.tryEnter(2);
        queue.append(second);
        queue.finish(first);
        queue.readyOrPark();
        queue.take();
        queue.leave();
    }

    @Actor
    public void drainer(III_Result r) {
        delivery = 7;
        if (queue.readyOrPark()) {
            r.r1 = 1;
            r.r3 = work;
        }
    }

    @Actor
    public void worker(III_Result r) {
        work = 7;
        if (queue.finish(second) && queue.readyOrPark()) {
            r.r2 = 1;
            r.r3 = delivery;
        }
    }
}
