package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.fault.Fill.Stage;
import org.quern.vmap.fault.FillFailure.Reason;
import org.quern.vmap.reserve.Reservation;

/**
 * Runs a claimed fill to its end: asks the handler, as often as is allowed, checks what it gave, installs it and publishes
 * the pages; or ends the fill with the failure. Whatever happens, the fill ends: pages never stay FILLING because of an
 * exception here.
 *
 * <p>
 * Content is installed while the room is held: that is what makes "still wanted", "installed" and "published" one step
 * against discard, close and deadline.
 */
final class FillRunner {
    private final FaultEngine engine;
    private final FillPolicy policy;
    private final PageMemory memory;
    private final PageSource source;
    private final FillBuffers buffers;

    FillRunner(FaultEngine engine, FillPolicy policy, PageMemory memory, PageSource source) {
        this.engine = engine;
        this.policy = policy;
        this.memory = memory;
        this.source = source;
        this.buffers = FillBuffers.of(policy.runPages() * Reservation.PAGE_BYTES);
    }

    /** Runs a fill that this thread claimed; when it returns the fill is over and did not fail. */
    void run(Fill fill) throws FillFailure {
        if (source.isAsynchronous()) {
            begin(fill);
            FaultRoom room = fill.room();
            room.lock();
            try {
                engine.waitFor(room, fill, fill.demanded());
            } finally {
                room.unlock();
            }
            return;
        }
        FillFailure failure = runHere(fill);
        if (failure != null) {
            throw failure;
        }
    }

    // ---- content made by this thread ------------------------------------------------------------------------------

    private @Nullable FillFailure runHere(Fill fill) {
        Filler me = Filler.ofThisThread();
        MemorySegment buffer = null;
        try {
            buffer = buffers.take();
            fill.runBy(me);
            return attempts(fill, buffer);
        } catch (Throwable t) { // an error of ours, or memory ran out: the fill must end all the same
            return finish(fill, null, 0, failure(fill, t));
        } finally {
            forgetInterrupt(fill);
            if (buffer != null) {
                buffers.giveBack(buffer);
            }
        }
    }

    private @Nullable FillFailure attempts(Fill fill, MemorySegment buffer) {
        while (true) {
            FillFailure failure = null;
            long given = 0;
            try {
                given = ask(fill, buffer);
            } catch (Throwable t) {
                failure = failure(fill, t);
            }
            if (failure == null) {
                failure = judge(fill, given);
            }
            boolean hopeless = failure != null && failure.reason() == Reason.INTERRUPTED;
            if (failure == null || hopeless || !mayRetry(fill)) {
                return finish(fill, buffer, given, failure);
            }
        }
    }

    private long ask(Fill fill, MemorySegment buffer) throws Exception {
        try (Arena call = Arena.ofConfined()) {
            return source.fill(fill, FillBuffers.lend(buffer, fill.bytes(), call));
        }
    }

    /** The interruption that ended a handler was ours, and is not left behind for the caller. */
    private static void forgetInterrupt(Fill fill) {
        fill.room().lock();
        try {
            fill.runBy(null);
            if (fill.wasInterrupted()) {
                Thread.interrupted();
            }
        } finally {
            fill.room().unlock();
        }
    }

    // ---- content that comes later ---------------------------------------------------------------------------------

    /** Begins a fill whose content comes later; its end is announced in the room. Throws nothing: failing is an end too. */
    void begin(Fill fill) {
        CompletionStage<? extends MemorySegment> stage;
        Filler me = Filler.ofThisThread();
        fill.runBy(me);
        try {
            stage = source.begin(fill);
            if (stage == null) {
                throw new IllegalStateException("the handler gave no CompletionStage");
            }
        } catch (Throwable t) {
            arrived(fill, null, t);
            return;
        } finally {
            forgetInterrupt(fill);
        }
        stage.whenComplete((content, thrown) -> arrived(fill, content, thrown));
    }

    private void arrived(Fill fill, @Nullable MemorySegment content, @Nullable Throwable thrown) {
        FillFailure failure;
        long given = content == null ? 0 : Math.min(content.byteSize(), fill.bytes());
        if (thrown != null) {
            failure = failure(fill, thrown instanceof CompletionException c && c.getCause() != null
                    ? c.getCause()
                    : thrown);
        } else {
            failure = judge(fill, given);
        }
        if (failure != null && mayRetry(fill)) {
            begin(fill);
            return;
        }
        MemorySegment buffer = null;
        try {
            if (failure == null && content != null) {
                buffer = buffers.take();
                buffer.fill((byte) 0);
                MemorySegment.copy(content, 0, buffer, 0, given);
            }
        } catch (Throwable t) { // the content's scope has ended, or memory ran out
            failure = failure(fill, t);
        }
        finish(fill, buffer, given, failure);
        if (buffer != null) {
            buffers.giveBack(buffer);
        }
    }

    // ---- both -----------------------------------------------------------------------------------------------------

    private boolean mayRetry(Fill fill) {
        fill.room().lock();
        try {
            if (fill.isOver() || fill.isUnwanted() || fill.attempt() >= policy.attempts()) {
                return false;
            }
            fill.nextAttempt();
            engine.counters().retried();
            return true;
        } finally {
            fill.room().unlock();
        }
    }

    private FillFailure failure(Fill fill, Throwable t) {
        if (t instanceof FillFailure known) {
            return known;
        }
        if (t instanceof InterruptedException || t instanceof ClosedByInterruptException) {
            if (!source.isAsynchronous()) {
                Thread.currentThread().interrupt();
            }
            return new FillFailure(Reason.INTERRUPTED, fill.demanded(), "the handler was interrupted: " + t, t);
        }
        return new FillFailure(Reason.HANDLER, fill.demanded(), "the handler threw " + t, t);
    }

    /** Whether the demanded page is covered by what was given. */
    private static @Nullable FillFailure judge(Fill fill, long given) {
        if (given < 0 || given > fill.bytes()) {
            return new FillFailure(Reason.TOO_FEW_BYTES, fill.demanded(),
                    "the handler says that it gave " + given + " bytes, of " + fill.bytes() + " wanted", null);
        }
        long needed = Math.min(fill.bytes(), (fill.demanded() - fill.first() + 1) << Reservation.PAGE_SHIFT);
        return given >= needed
                ? null
                : new FillFailure(Reason.TOO_FEW_BYTES, fill.demanded(), "the handler gave " + given + " bytes, of "
                        + fill.bytes() + " wanted and at least " + needed + " needed", null);
    }

    /** Installs, publishes, ends. What failed, or null. */
    private @Nullable FillFailure finish(Fill fill, @Nullable MemorySegment buffer, long given,
            @Nullable FillFailure failed) {
        fill.room().lock();
        try {
            if (fill.isOver()) {
                return fill.failure(); // given up meanwhile: what came is thrown away
            }
            FillFailure failure = failed;
            int pages = given == fill.bytes() ? fill.count() : (int) (given >>> Reservation.PAGE_SHIFT);
            if (failure == null && !fill.isUnwanted() && buffer != null) {
                failure = install(fill, buffer.asSlice(0, (long) pages << Reservation.PAGE_SHIFT));
            }
            if (fill.isUnwanted()) {
                end(fill, Stage.STALE, null, 0);
            } else if (failure != null && failure.reason() == Reason.INTERRUPTED && !source.isAsynchronous()) {
                end(fill, Stage.STALE, null, 0); // this thread's own affair: who waits tries for himself
                return failure;
            } else if (failure != null) {
                engine.counters().failed();
                end(fill, Stage.FAILED, failure, 0);
            } else {
                end(fill, Stage.PUBLISHED, null, pages);
            }
            return fill.failure();
        } finally {
            fill.room().unlock();
        }
    }

    private @Nullable FillFailure install(Fill fill, MemorySegment content) {
        try {
            memory.install(fill.first(), content);
            return null;
        } catch (FillFailure e) {
            return e;
        } catch (RuntimeException | Error e) {
            return new FillFailure(Reason.INSTALL, fill.demanded(), "the system did not take the content: " + e, e);
        }
    }

    /** The room is held: the pages leave FILLING, whoever waits is told. The first {@code published} become PRESENT. */
    void end(Fill fill, Stage how, @Nullable FillFailure why, int published) {
        FillStates states = engine.states();
        FaultRoom room = fill.room();
        String poison = policy.poisonAfterFailure() && why != null && why.reason() != Reason.CLOSED
                ? String.valueOf(why.getMessage())
                : null;
        for (long page = fill.first(); page < fill.end(); page++) {
            if (page < fill.first() + published) {
                states.transition(page, FillStates.FILLING, FillStates.PRESENT);
            } else if (poison != null && page == fill.demanded()) {
                room.poison(page, poison);
                states.transition(page, FillStates.FILLING, FillStates.FAILED);
            } else {
                states.transition(page, FillStates.FILLING, FillStates.ABSENT);
            }
        }
        if (how == Stage.PUBLISHED) {
            engine.counters().published(published);
        }
        fill.end(how, why);
        room.end(fill);
        room.announce();
        report(fill, how, why);
    }

    private void report(Fill fill, Stage how, @Nullable FillFailure why) {
        PageFillEvent event = fill.event();
        event.end();
        if (event.shouldCommit()) {
            event.area = engine.name();
            event.offset = fill.offset();
            event.bytes = fill.bytes();
            event.outcome = why == null ? how.name() : why.reason() + ": " + why.getMessage();
            event.attempts = fill.attempt();
            event.waiters = fill.waiters();
            event.commit();
        }
    }
}
