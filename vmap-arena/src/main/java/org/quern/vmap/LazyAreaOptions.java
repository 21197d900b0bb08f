package org.quern.vmap;

import java.time.Duration;
import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.vmap.fault.FillPolicy;
import org.quern.vmap.reserve.Reservation;

/**
 * What a {@link LazyArea} is to be. Immutable, so any number of threads may use it: each method returns changed options.
 *
 * <table>
 * <caption>Options</caption>
 * <tr>
 * <th>option</th>
 * <th>default</th>
 * <th>why</th>
 * </tr>
 * <tr>
 * <td>{@link #named}</td>
 * <td>"lazy"</td>
 * <td>errors and events speak of it by this name</td>
 * </tr>
 * <tr>
 * <td>{@link #runBytes}</td>
 * <td>64 KiB</td>
 * <td>installing a page costs half as much in a run as alone, and larger runs gain little more</td>
 * </tr>
 * <tr>
 * <td>{@link #attempts}</td>
 * <td>1</td>
 * <td>only the application knows whether asking again helps</td>
 * </tr>
 * <tr>
 * <td>{@link #deadline}</td>
 * <td>60 s</td>
 * <td>longer than any disk or network retry, and not for ever</td>
 * </tr>
 * <tr>
 * <td>{@link #poisonAfterFailure}</td>
 * <td>false</td>
 * <td>mostly the next touch may try again</td>
 * </tr>
 * <tr>
 * <td>{@link #fillsAreClean}</td>
 * <td>false</td>
 * <td>a replica of the memory must learn of a fill as of any other change</td>
 * </tr>
 * <tr>
 * <td>{@link #software}</td>
 * <td>false</td>
 * <td>the system's help is used where it is to be had</td>
 * </tr>
 * </table>
 */
@Operation(threads = Operation.Threads.ANY)
public final class LazyAreaOptions {
    private static final int DEFAULT_RUN_BYTES = 64 << 10;
    private static final int MOST_RUN_BYTES = 16 << 20;
    private static final long DEFAULT_DEADLINE = 60_000_000_000L;

    private final long bytes;
    private final String name;
    private final FillPolicy policy;
    private final boolean fillsAreClean;
    private final boolean software;

    private LazyAreaOptions(long bytes, String name, FillPolicy policy, boolean fillsAreClean, boolean software) {
        this.bytes = bytes;
        this.name = name;
        this.policy = policy;
        this.fillsAreClean = fillsAreClean;
        this.software = software;
    }

    /**
     * An area of that size.
     *
     * @param bytes 1..2^46
     * @return options, otherwise default
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static LazyAreaOptions ofBytes(long bytes) {
        if (bytes < 1 || bytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^46");
        }
        int pages = Math.max(1, DEFAULT_RUN_BYTES >>> Reservation.PAGE_SHIFT);
        return new LazyAreaOptions(bytes, "lazy", new FillPolicy(pages, 1, DEFAULT_DEADLINE, false), false, false);
    }

    /**
     * The name used in errors, events and statistics.
     *
     * @param newName any text
     * @return changed options
     */
    public LazyAreaOptions named(String newName) {
        return new LazyAreaOptions(bytes, Objects.requireNonNull(newName, "newName"), policy, fillsAreClean, software);
    }

    /**
     * The most that one call of the handler is asked for. Runs are aligned to it, and shorter where pages are present.
     *
     * @param newRunBytes a power of two, one page to 16 MiB
     * @return changed options
     * @throws IllegalArgumentException if it is not
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public LazyAreaOptions runBytes(int newRunBytes) {
        if (Integer.bitCount(newRunBytes) != 1 || newRunBytes < Reservation.PAGE_BYTES
                || newRunBytes > MOST_RUN_BYTES) {
            throw new IllegalArgumentException("newRunBytes=" + newRunBytes + ": must be a power of two, "
                    + Reservation.PAGE_BYTES + ".." + MOST_RUN_BYTES);
        }
        return with(new FillPolicy(newRunBytes >>> Reservation.PAGE_SHIFT, policy.attempts(), policy.deadlineNanos(),
                policy.poisonAfterFailure()));
    }

    /**
     * How often the handler is asked before a fill has failed, at once one after the other.
     *
     * @param most 1 or more
     * @return changed options
     * @throws IllegalArgumentException if it is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public LazyAreaOptions attempts(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most=" + most + ": must be positive");
        }
        return with(new FillPolicy(policy.runPages(), most, policy.deadlineNanos(), policy.poisonAfterFailure()));
    }

    /**
     * When a fill is given up, all attempts together: whoever waits gets a {@link FaultException}, the handler is interrupted.
     * Kept to about an eighth, and a millisecond.
     *
     * @param newDeadline more than 0; {@link Duration#ZERO} for none: then a handler that never ends holds up who needs its page,
     *        until the area is closed
     * @return changed options
     * @throws IllegalArgumentException if it is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public LazyAreaOptions deadline(Duration newDeadline) {
        if (newDeadline.isNegative()) {
            throw new IllegalArgumentException("newDeadline=" + newDeadline + ": must not be negative");
        }
        boolean never = newDeadline.isZero() || newDeadline.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0;
        return with(new FillPolicy(policy.runPages(), policy.attempts(),
                never ? Long.MAX_VALUE : newDeadline.toNanos(), policy.poisonAfterFailure()));
    }

    /**
     * Whether a page whose last attempt has failed is poisoned: refused, without asking the handler, until it is discarded.
     *
     * @param wanted true for that
     * @return changed options
     */
    public LazyAreaOptions poisonAfterFailure(boolean wanted) {
        return with(new FillPolicy(policy.runPages(), policy.attempts(), policy.deadlineNanos(), wanted));
    }

    /**
     * Whether a page counts as not written when it has been filled, to a {@link WriteTracker} of the area's pages: what it
     * reports is then what was modified since the fill. Otherwise the fill counts as a write. Has an effect where the system
     * publishes the pages and tracks the writes.
     *
     * @param wanted true for that
     * @return changed options
     */
    public LazyAreaOptions fillsAreClean(boolean wanted) {
        return new LazyAreaOptions(bytes, name, policy, wanted, software);
    }

    /**
     * Whether to do without the system's help (userfaultfd) even where it is to be had. The same guarantees hold; what is
     * missing is the net below them: a touch of an absent page by code that has the address would show zeros.
     *
     * @param wanted true to copy pages in
     * @return changed options
     */
    public LazyAreaOptions software(boolean wanted) {
        return new LazyAreaOptions(bytes, name, policy, fillsAreClean, wanted);
    }

    private LazyAreaOptions with(FillPolicy newPolicy) {
        return new LazyAreaOptions(bytes, name, newPolicy, fillsAreClean, software);
    }

    long bytes() {
        return bytes;
    }

    String name() {
        return name;
    }

    FillPolicy policy() {
        return policy;
    }

    boolean fillsAreClean() {
        return fillsAreClean;
    }

    boolean software() {
        return software;
    }
}
