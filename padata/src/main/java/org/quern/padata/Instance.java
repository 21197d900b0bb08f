package org.quern.padata;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.AsymmetricFence;

/**
 * The inside of a {@link Padata}: joins masks, workers, shells and epochs, and answers what engines ask of their instance.
 */
final class Instance {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");

    private final PadataOptions.Draft options;
    private final CpuSource cpus;
    private final Masks masks;
    private final Workers workers;
    private final Shells shells;
    private final EpochTrail trail;
    private final Attachments attachments = new Attachments();
    private final @Nullable InFlightLimit limit;
    private final @Nullable Watchdog watchdog;
    private final boolean serialWorkers;
    private final ShellOptions.Draft defaultShell;
    private CpuSource.@Nullable Registration registration;

    Instance(PadataOptions.Draft options) {
        this.options = options;
        defaultShell = ShellOptions.defaults().resolve(options);
        cpus = options.cpus != null ? options.cpus : new SystemCpus(java.time.Duration.ofDays(1));
        CpuMask online = cpus.online();
        CpuMask parallel = options.parallelCpus != null ? check("parallelCpus", options.parallelCpus) : online;
        CpuMask serial = options.serialCpus != null ? check("serialCpus", options.serialCpus) : null;
        serialWorkers = serial != null;
        if (serialWorkers && options.externalBatches > 0) {
            throw new IllegalArgumentException("serialCpus=" + serial
                    + ": must not be given together with externalWorkers, which serialise inline");
        }
        limit = options.maxInFlight == Long.MAX_VALUE ? null : new InFlightLimit(options.maxInFlight);
        masks = new Masks(this, cpus, parallel, serial);
        workers = new Workers(options, masks);
        shells = new Shells(this);
        trail = new EpochTrail(this);
        watchdog = Watchdog.isWanted(options) ? new Watchdog(options, shells) : null;
    }

    /** At open, a mask must have a usable CPU; CPUs that are possible and offline may be in it. */
    private CpuMask check(String mask, CpuMask wanted) {
        CpuMask online = cpus.online();
        String wrong = wanted.isEmpty()
                ? "must not be empty"
                : !cpus.possible().containsAll(wanted)
                        ? "must be among the CPUs available"
                        : wanted.and(online).isEmpty() ? "must have a CPU that is online" : null;
        if (wrong != null) {
            throw new IllegalArgumentException(mask + "=" + wanted + ": " + wrong + "; available are " + online);
        }
        return wanted;
    }

    void start() {
        workers.start(masks.epoch());
        if (options.cpus != null) {
            registration = cpus.listen(masks);
        }
        if (watchdog != null) {
            watchdog.start();
        }
    }

    /** Ends what is not a worker: no event and no report comes any more. */
    void stopListening() {
        CpuSource.Registration current = registration;
        if (current != null) {
            current.close();
        }
        masks.end();
        if (watchdog != null) {
            watchdog.stop();
        }
    }

    PadataOptions.Draft options() {
        return options;
    }

    /** Shared by all shells made without options of their own. */
    ShellOptions.Draft defaultShell() {
        return defaultShell;
    }

    Masks masks() {
        return masks;
    }

    Workers workers() {
        return workers;
    }

    Shells shells() {
        return shells;
    }

    EpochTrail trail() {
        return trail;
    }

    Attachments attachments() {
        return attachments;
    }

    @Nullable
    InFlightLimit limit() {
        return limit;
    }

    boolean hasSerialWorkers() {
        return serialWorkers;
    }

    // ---- what engines ask ----

    boolean isOpen() {
        return masks.isOpen();
    }

    Epoch epoch() {
        return masks.epoch();
    }

    RunQueue runQueue() {
        return workers.runQueue();
    }

    @Nullable
    SerialWorker serialWorker(int cpu) {
        return workers.serialWorker(cpu);
    }

    Worker borrowHelper() {
        return workers.borrowHelper();
    }

    void returnHelper(Worker helper) {
        workers.returnHelper(helper);
    }

    /** How many callbacks of this instance the calling thread is inside of. */
    int callbackDepth() {
        return workers.callbackDepth(Thread.currentThread());
    }

    void refuseInsideCallback(String call) {
        if (callbackDepth() > 0) {
            throw new IllegalStateException(call + " from inside a callback of instance " + options.name
                    + " would wait for itself: let another thread close");
        }
    }

    State state() {
        State ofShells = shells.state();
        return ofShells != State.RUNNING ? ofShells : masks.state();
    }

    /** Drops a closed shell that nothing refers to; called whenever one of the two may have become true. */
    void forgetIfGone(Shell shell) {
        shells.forgetIfGone(shell);
    }

    /** Lets epochs go that no job belongs to any more; cheap while there is only one. */
    void trimEpochs() {
        trail.trimIfLong();
    }

    void report(Shell shell, Job job, Throwable thrown) {
        report(shell.name(), thrown, handler -> handler.callbackThrew(shell, job, thrown));
    }

    void report(KeyedShell<?> shell, Job job, Throwable thrown) {
        report(shell.name(), thrown, handler -> handler.keyedCallbackThrew(shell, job, thrown));
    }

    private void report(String shell, Throwable thrown, Consumer<FailureHandler> tell) {
        FailureHandler handler = options.failureHandler;
        try {
            if (handler != null) {
                tell.accept(handler);
            } else {
                LOG.log(System.Logger.Level.ERROR, "a callback of shell " + shell + " threw", thrown);
            }
        } catch (Throwable ignored) {
            // By contract: the lane goes on whatever the handler does.
        }
    }

    // ---- what a change of masks asks; with the masks' lock held ----

    void prepare(Epoch next) {
        options.beforeReplacement.run();
        workers.prepare(next);
    }

    void replaced(Epoch old, Epoch next) {
        workers.follow(next);
        trail.add(old);
    }

    void setGates() {
        shells.forEachEngine(Engine::setGate);
    }

    void awaitSubmitters() {
        shells.forEachEngine(Engine::awaitSubmitters);
        shells.forEachKeyed(KeyedEngine::awaitSubmitters);
    }

    /** Wakes whoever waits for room: the state has changed. */
    void wakeAll() {
        shells.forEachEngine(Engine::wakeAll);
        if (limit != null) {
            AsymmetricFence.heavy();
            limit.wake();
        }
    }
}
