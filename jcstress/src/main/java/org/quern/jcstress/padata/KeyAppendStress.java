package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.quern.padata.order.KeyLink;
import org.quern.padata.order.KeyQueue;
import org.quern.padata.order.KeyQueue.Entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * K2 and K3 where the list ends: the drainer that has delivered the last job, and a submitter with the next one, which is
 * finished at once (as a dead one is). Either the queue is retired, and the submitter is told so and sees the last delivery;
 * or exactly one of the two delivers.
 */
@JCStressTest
@Outcome(id = "0, -1, 7", expect = ACCEPTABLE, desc = "retired: the submitter makes another queue, after the delivery")
@Outcome(id = "0, 1, 7", expect = ACCEPTABLE, desc = "parked first: the submitter has the token, sees the delivery")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "entered first: the drainer delivers")
@Outcome(id = "0, 0, .*", expect = FORBIDDEN, desc = "orphan")
@Outcome(id = "1, 1, .*", expect = FORBIDDEN, desc = "both deliver")
@Outcome(expect = FORBIDDEN, desc = "a delivery not seen, or delivered by a queue that is retired")
@State
public class KeyAppendStress {
    private final KeyQueue queue = new KeyQueue("key");
    private final KeyLink next = new KeyLink("next");
    private int delivery;

    /** One job, finished and handed out. */
    public KeyAppendStress() {
        KeyLink last = new KeyLink("last");
        queue.tryEnter(2);
        queue.append(last);
        queue.readyOrPark();
        queue.finish(last);
        queue.readyOrPark();
        queue.take();
        queue.leave();
    }

    @Actor
    public void drainer(III_Result r) {
        delivery = 7;
        r.r1 = queue.readyOrPark() ? 1 : 0;
    }

    @Actor
    public void submitter(III_Result r) {
        if (queue.tryEnter(2) == Entry.RETIRED) {
            r.r2 = -1;
            r.r3 = delivery;
            return;
        }
        boolean token = queue.append(next) && queue.readyOrPark(); // not finished: parks the token at the job
        token |= queue.finish(next) && queue.readyOrPark();
        if (token) {
            r.r2 = 1;
            r.r3 = delivery;
        }
    }
}
