package org.quern.padata;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

import org.quern.kapi.Operation;

/**
 * Runs the workers of an instance turn by turn on the calling thread, in an order that can be repeated: a test that failed
 * with a seed, or with a schedule it wrote down, fails again. The engine is the one of production; only the threads are
 * missing.
 * <p>
 * The instance was opened with {@link PadataOptions#externalWorkers}, best with one batch a turn, and nothing else runs its
 * workers. What is repeated is which worker takes a turn when, hence which worker runs which jobs, and when serial phases
 * run in relation to what the test does between turns: submit, complete deferred jobs in another order, cancel, change
 * masks. Two turns never overlap: for races of the engine itself there are stress tests.
 */
@Operation(threads = Operation.Threads.OWNER)
public final class Interleaving {
    private final List<ExternalWorker> workers;
    private final IntUnaryOperator next;
    private int[] schedule = new int[64];
    private int turns;

    private Interleaving(Padata padata, IntUnaryOperator next) {
        workers = padata.externalWorkers();
        this.next = next;
        if (workers.isEmpty()) {
            throw new IllegalArgumentException("padata=" + padata.name()
                    + ": must have been opened with PadataOptions.externalWorkers");
        }
    }

    /**
     * Turns in an order that follows from a seed.
     *
     * @param padata the instance
     * @param seed any number
     * @return the interleaving
     * @throws IllegalArgumentException if the instance has workers of its own
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static Interleaving seeded(Padata padata, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int workers = padata.externalWorkers().size();
        return new Interleaving(padata, turn -> random.nextInt(workers));
    }

    /**
     * Turns as written down by {@link #schedule}; when it ends, it begins again.
     *
     * @param padata the instance
     * @param schedule the worker of each turn
     * @return the interleaving
     * @throws IllegalArgumentException if the instance has workers of its own, the schedule is empty, or it names a worker
     *         that the instance does not have
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static Interleaving replaying(Padata padata, int... schedule) {
        int[] given = schedule.clone();
        int workers = padata.externalWorkers().size();
        for (int worker : given) {
            if (worker < 0 || worker >= workers) {
                throw new IllegalArgumentException("schedule=" + worker + ": must be 0.." + (workers - 1));
            }
        }
        if (given.length == 0) {
            throw new IllegalArgumentException("schedule=[]: must not be empty");
        }
        return new Interleaving(padata, turn -> given[turn % given.length]);
    }

    /**
     * One turn of the next worker.
     *
     * @return what {@link ExternalWorker#doWork} said
     */
    public int step() {
        int worker = next.applyAsInt(turns);
        schedule = turns == schedule.length ? Arrays.copyOf(schedule, 2 * turns) : schedule;
        schedule[turns++] = worker;
        return workers.get(worker).doWork();
    }

    /**
     * Turns until one finds nothing: then no other would, since all look at the same queue and none is at work between
     * turns.
     *
     * @return the number of jobs run
     */
    public int runUntilIdle() {
        int jobs = 0;
        for (int ran = step(); ran > 0; ran = step()) {
            jobs += ran;
        }
        return jobs;
    }

    /**
     * The turns so far.
     *
     * @return the worker of each, for {@link #replaying}
     */
    public int[] schedule() {
        return Arrays.copyOf(schedule, turns);
    }
}
