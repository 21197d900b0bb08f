package org.quern.padata;

/**
 * What the masks were at one time, as submissions need it: usable CPUs, lanes, and an outcome object for each lane. An
 * instance has one current epoch, replaced as a whole; immutable.
 * <p>
 * A submission reads the current epoch once, between its number and its slot, and the slot keeps the <em>CPU</em>, which
 * means the same in every epoch. So a job is never looked up with another mask than the one it was submitted under, and
 * the order across epochs is the ring's, that is: total.
 */
final class Epoch {
    /** The lane of shells that serialise inline. */
    static final int INLINE_LANE = -1;

    private final long number;
    private final CpuMask parallel;
    private final Lanes lanes;
    private final Submission[] accepted;
    private final Submission[] dropped;
    private final Submission[] busy;

    /** @param serial usable serial CPUs; empty in an instance without serial workers */
    Epoch(long number, CpuMask parallel, CpuMask serial) {
        this.number = number;
        this.parallel = parallel;
        lanes = new Lanes(serial);
        accepted = outcomes(SubmitResult.ACCEPTED);
        dropped = outcomes(SubmitResult.DROPPED);
        busy = outcomes(SubmitResult.BUSY);
    }

    /** One outcome object for each lane, and one more in front for inline shells. */
    private Submission[] outcomes(SubmitResult result) {
        Submission[] outcomes = new Submission[lanes.count() + 1];
        outcomes[0] = new Submission(result, Submission.INLINE);
        for (int lane = 0; lane < lanes.count(); lane++) {
            outcomes[lane + 1] = new Submission(result, lanes.cpu(lane));
        }
        return outcomes;
    }

    long number() {
        return number;
    }

    CpuMask parallel() {
        return parallel;
    }

    Lanes lanes() {
        return lanes;
    }

    int laneOf(int callbackCpu) {
        return lanes.laneOf(callbackCpu);
    }

    /** The CPU of a lane; 0 for inline shells, which do not look at it. */
    int cpu(int lane) {
        return lane == INLINE_LANE ? 0 : lanes.cpu(lane);
    }

    Submission accepted(int lane) {
        return accepted[lane + 1];
    }

    Submission dropped(int lane) {
        return dropped[lane + 1];
    }

    Submission busy(int lane) {
        return busy[lane + 1];
    }
}
