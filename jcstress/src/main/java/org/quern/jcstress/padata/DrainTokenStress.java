package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.quern.padata.order.DrainWords;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * D3: the completer of the head and the drainer that arrives there meet in one word, so exactly one of them serialises;
 * and it sees what the other wrote before (the parallel phase, or the serial phase before this one).
 */
@JCStressTest
@Outcome(id = "1, 0, 7", expect = ACCEPTABLE, desc = "completed first: the drainer serialises, sees the parallel phase")
@Outcome(id = "0, 1, 7", expect = ACCEPTABLE, desc = "parked first: the completer serialises, sees the last serial phase")
@Outcome(id = "0, 0, .*", expect = FORBIDDEN, desc = "orphan: H1")
@Outcome(id = "1, 1, .*", expect = FORBIDDEN, desc = "both serialise")
@Outcome(expect = FORBIDDEN, desc = "a phase not seen")
@State
public class DrainTokenStress {
    private final DrainWords words = new DrainWords(4, 0);
    private int parallelPhase;
    private int serialPhase;

    /** The unit before is done and taken: the drainer holds the token, the head is 1. */
    public DrainTokenStress() {
        words.complete(0, 1);
        words.takeOrPark(0);
        words.clearPlain(0);
    }

    @Actor
    public void drainer(III_Result r) {
        serialPhase = 7;
        r.r1 = words.takeOrPark(1);
        if (r.r1 != 0) {
            r.r3 = parallelPhase;
        }
    }

    @Actor
    public void completer(III_Result r) {
        parallelPhase = 7;
        if (words.complete(1, 1) == DrainWords.Outcome.TOKEN) {
            r.r2 = 1;
            r.r3 = serialPhase;
        }
    }
}
