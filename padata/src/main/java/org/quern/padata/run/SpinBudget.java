package org.quern.padata.run;

/**
 * How long a worker without work looks for some before it sleeps; one for each worker, used by its thread only.
 * <p>
 * Waking a sleeper costs the waker a system call of several microseconds. A worker that looks for less than that and then
 * sleeps can lock a fast submitter into paying it for every single job: while the submitter is in the call, the worker
 * wakes, does the one job, and sleeps again. So the budget grows when sleeps turn out short, which is what that looks
 * like from here, and shrinks again when they are long. Between 100 looks (about 3 us) and 1600 (about 50 us).
 */
public final class SpinBudget implements Idling {
    private static final int MIN = 100;
    private static final int MAX = 1600;
    private static final long SHORT_SLEEP_NANOS = 100_000;
    /** With a single processor nobody can bring work while we look. */
    private static final boolean USEFUL = Runtime.getRuntime().availableProcessors() > 1;

    private int budget = MIN;
    private int used;
    private long asleepSince;

    /** The smallest budget. */
    public SpinBudget() {}

    @Override
    public boolean lookAgain() {
        if (!USEFUL || used >= budget) {
            return false;
        }
        used++;
        Thread.onSpinWait();
        return true;
    }

    @Override
    public void foundWork() {
        used = 0;
    }

    @Override
    public void beforeSleep() {
        asleepSince = System.nanoTime();
    }

    @Override
    public void afterSleep() {
        boolean brief = System.nanoTime() - asleepSince < SHORT_SLEEP_NANOS;
        budget = brief ? Math.min(2 * budget, MAX) : Math.max(budget / 2, MIN);
        used = 0;
    }
}
