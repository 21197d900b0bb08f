package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.quern.padata.order.DrainWords;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * D1, D3: two units complete at once, the token parked at the first. Both are serialised, each once, in order; whoever
 * serialises the second sees the serial phase of the first.
 */
@JCStressTest
@Outcome(id = "2, 0, 1, 2", expect = ACCEPTABLE, desc = "the first completer serialises both")
@Outcome(id = "1, 1, 1, 2", expect = ACCEPTABLE, desc = "each its own, the second after the first")
@Outcome(expect = FORBIDDEN, desc = "orphan, duplicate or out of order")
@State
public class TwoCompletersStress {
    private final DrainWords words = new DrainWords(4, 0);
    private long head;
    private int turn;
    private int firstAt;
    private int secondAt;

    private int complete(long sequence) {
        int serialised = 0;
        if (words.complete(sequence, 1) == DrainWords.Outcome.TOKEN) {
            long next = head;
            while (words.takeOrPark(next) != 0) {
                words.clearPlain(next);
                if (next == 0) {
                    firstAt = ++turn;
                } else {
                    secondAt = ++turn;
                }
                head = ++next;
                serialised++;
            }
        }
        return serialised;
    }

    @Actor
    public void first(IIII_Result r) {
        r.r1 = complete(0);
    }

    @Actor
    public void second(IIII_Result r) {
        r.r2 = complete(1);
    }

    /** After both: the order they were serialised in. */
    @org.openjdk.jcstress.annotations.Arbiter
    public void arbiter(IIII_Result r) {
        r.r3 = firstAt;
        r.r4 = secondAt;
    }
}
