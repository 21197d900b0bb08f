package org.quern.padata;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * A shell whose jobs stand in the slots of its ring, made once and used for ever: the cheapest way to submit. For one
 * submitting thread that fills in what it was given instead of bringing an object:
 * <pre>
 *     Packet packet = slots.claim();     // the job of the next slot, as its last serial phase left it
 *     packet.length = ...;               // fill it in
 *     slots.publish();                   // now it runs
 * </pre>
 * Several jobs may be claimed and then published at once; a claim says that those claimed before are filled in, and may
 * publish them if the ring turns out full. A claimed job is the submitting thread's until it is published; then it runs as
 * any {@link Job} does: deferral, cancellation, failures and order are those of a {@link Shell}, and so is what happens
 * when the ring is full. A slot is given out again when the serial phase of its job has <em>returned</em> (that of a
 * bare shell: when it is entered), hence a callback that claims finds less room.
 * <p>
 * Not offered: several submitters, and policies that drop.
 * <p>
 * The shell belongs to the first thread that claims; what else is said of threads is said by {@link Shell}.
 *
 * @param <J> the type of the jobs
 */
@Operation(threads = Operation.Threads.OWNER)
public final class SlotShell<J extends Job> implements AutoCloseable {
    private static final String HELPERS_LOCK = "that of the helpers, while one more is made";

    private final Shell shell;
    private final SlotAdmission slots;

    private SlotShell(Shell shell, RingEngine engine) {
        this.shell = shell;
        slots = engine.slots();
    }

    static <J extends Job> SlotShell<J> make(Instance instance, ShellOptions.Draft options,
            Supplier<? extends J> factory) {
        if (FullRing.isDropping(options.whenFull)) {
            throw new IllegalArgumentException("backpressure=" + options.whenFull
                    + ": jobs that stand in their slots cannot be dropped");
        }
        ShellOptions.Draft withSlots = new ShellOptions.Draft(options);
        withSlots.slots = jobs(FullRing.promised(options), factory);
        Shell shell = instance.shells().make(withSlots);
        if (shell.started() instanceof RingEngine engine) {
            return new SlotShell<>(shell, engine);
        }
        throw new IllegalStateException("instance " + instance.options().name + " is closed");
    }

    private static Job[] jobs(int count, Supplier<? extends Job> factory) {
        Job[] jobs = new Job[count];
        for (int i = 0; i < count; i++) {
            Job job = factory.get();
            if (job == null || !job.casTaken()) { // and stays taken, so that it cannot be submitted anywhere else
                throw new IllegalArgumentException("factory: made " + (job == null ? "null" : "a job that is in use")
                        + " for slot " + i + ", must make a new job each time");
            }
            jobs[i] = job;
        }
        return jobs;
    }

    /**
     * Takes the job of the next slot. With room: no compare-and-set, no allocation, no lock; a few loads. With the ring
     * full it publishes what was claimed before, then does what {@link Backpressure} says, as {@link Shell#submit(Job,
     * int)} does.
     *
     * @return the job, this thread's until {@link #publish()}; null if refused, and {@link #refusal} says why. Then
     *         nothing is claimed
     * @throws IllegalStateException if the shell belongs to another thread, or a worker context was needed and the factory
     *         made null; what the factory throws comes through unchanged
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = IllegalStateException.class)
    @SuppressWarnings("unchecked") // the jobs are those the factory made
    public @Nullable J claim() {
        return (J) slots.claim(shell.defaultCallbackCpu());
    }

    /**
     * Publishes every job claimed, on the shell's default callback CPU.
     *
     * @return the outcome for all of them; see {@link #publish(int)}
     * @throws IllegalStateException if the shell belongs to another thread
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_OTHERS, errors = IllegalStateException.class)
    public Submission publish() {
        return slots.publish(shell.defaultCallbackCpu());
    }

    /**
     * Publishes every job claimed: their places in the order are those in which they were claimed. Allocates nothing and
     * takes no lock; costs two stores and a look at the workers, however many jobs, a store for each job, and a system
     * call of some microseconds if a sleeping worker has to be woken. Waits only while masks are replaced.
     *
     * @param callbackCpu any number; see {@link Shell#submit(Job, int)}
     * @return {@code ACCEPTED}, also if nothing is claimed; {@code STOPPED}, {@code NO_SERIAL_CPU} or {@code BUSY}: none of
     *         them was accepted, and nothing is claimed any more
     * @throws IllegalStateException if the shell belongs to another thread
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_OTHERS, errors = IllegalStateException.class)
    public Submission publish(int callbackCpu) {
        return slots.publish(callbackCpu);
    }

    /**
     * Why the last claim was refused.
     *
     * @return the outcome, as {@link Shell#submit(Job, int)} would have returned it
     * @throws IllegalStateException if no claim was refused yet
     */
    @Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
    public Submission refusal() {
        return slots.refusal();
    }

    /**
     * The shell underneath: its name, state and capacity, jobs in flight, {@link Shell#head} and {@link Shell#expire}, and
     * closing with a mode and a deadline. To submit a job to it is refused with an {@link IllegalStateException}.
     *
     * @return the shell, always the same
     */
    @Operation(threads = Operation.Threads.ANY)
    public Shell shell() {
        return shell;
    }

    /**
     * {@link Shell#close()}. Jobs that were claimed and not published will not run; under
     * {@link PadataOptions#maxInFlight} they count until the submitting thread publishes and is told {@code STOPPED}.
     *
     * @throws IllegalStateException as said there
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the shell's close lock, then the instance's lock", errors = IllegalStateException.class)
    @Override
    public void close() {
        shell.close();
    }
}
