package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** One suite, run on both ways of filling. */
abstract class LazyAreaSuite {
    static final int PAGE = (int) Reservation.PAGE_BYTES;
    private static final long WAIT_SECONDS = 20;
    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(256 << 20).named("test"));
    private final List<LazyArea> areas = new ArrayList<>();
    private final boolean software;

    LazyAreaSuite(boolean software) {
        this.software = software;
    }

    @AfterEach
    void nothingIsLeft() {
        for (LazyArea area : areas) {
            if (!area.isClosed()) {
                area.verify();
            }
            area.close();
            area.close();
            assertThat(area.isClosed()).isTrue();
        }
        ArenaChecker.check(arena);
        assertThat(arena.stats().allocatedBytes()).isZero();
        arena.close();
    }

    private LazyArea open(long bytes, FaultHandler handler) {
        return open(bytes, handler, options -> options);
    }

    private LazyArea open(long bytes, FaultHandler handler, UnaryOperator<LazyAreaOptions> more) {
        LazyArea area = LazyArea.open(arena,
                more.apply(LazyAreaOptions.ofBytes(bytes).named("test").software(software)), handler);
        areas.add(area);
        boolean published = !software && arena.backEnd() == BackEnd.LINUX
                && FaultSupport.probe().has(Userfault.FEATURE_SIGBUS);
        assertThat(area.stats().userfault()).isEqualTo(published);
        return area;
    }

    /** Each long holds its own offset. */
    private static long pattern(FaultRequest request) {
        for (long i = 0; i + 8 <= request.length(); i += 8) {
            request.target().set(ValueLayout.JAVA_LONG_UNALIGNED, i, request.offset() + i);
        }
        return request.length();
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(WAIT_SECONDS, TimeUnit.SECONDS)).as("in time").isTrue();
    }

    private static <T> Future<T> async(java.util.concurrent.Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofPlatform().daemon().start(future);
        return future;
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static FaultException.Kind kindOf(Future<?> future) {
        ExecutionException thrown = catchThrowableOfType(ExecutionException.class, () -> get(future));
        assertThat(thrown.getCause()).isInstanceOf(FaultException.class);
        return ((FaultException) thrown.getCause()).kind();
    }

    private static FaultException failure(Runnable access) {
        FaultException thrown = catchThrowableOfType(FaultException.class, access::run);
        assertThat(thrown).as("a FaultException").isNotNull();
        return thrown;
    }

    // ---- content --------------------------------------------------------------------------------------------------

    @Test
    void aPageIsFilledWhenItIsFirstNeededAndByWhoNeedsIt() {
        AtomicReference<Thread> by = new AtomicReference<>();
        LazyArea area = open(1 << 20, request -> {
            by.set(Thread.currentThread());
            return pattern(request);
        });
        assertThat(area.isPresent(0, 1 << 20)).isFalse();
        assertThat(by).hasNullValue();
        assertThat(area.access(300_000, 8).get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(300_000);
        assertThat(by).hasValue(Thread.currentThread());
        assertThat(area.stats().fills()).isEqualTo(1);
        assertThat(area.stats().presentBytes()).isEqualTo(64 << 10);
        assertThat(area.isPresent(256 << 10, 64 << 10)).isTrue();
        assertThat(area.isPresent((256 << 10) - 1, 2)).isFalse();
    }

    @Test
    void aSegmentOfManyPagesHoldsAllOfThemAndNothingElse() {
        LazyArea area = open(1_000_001, LazyAreaSuite::pattern);
        MemorySegment all = area.access(0, 1_000_001);
        for (long i = 0; i + 8 <= 1_000_001; i += 8) {
            assertThat(all.get(ValueLayout.JAVA_LONG_UNALIGNED, i)).isEqualTo(i);
        }
        assertThat(all.byteSize()).isEqualTo(1_000_001);
        assertThatThrownBy(() -> area.access(1_000_000, 2)).isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("offset=1000000, length=2").hasMessageContaining("1000001");
        assertThatThrownBy(() -> area.access(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> area.access(1, Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(area.access(1_000_001, 0).byteSize()).isZero();
    }

    @Test
    void writesStayUntilThePageIsDiscarded() {
        LazyArea area = open(1 << 20, LazyAreaSuite::pattern);
        area.setLong(8, 77);
        area.setLong(PAGE - 4, 78); // crosses two pages
        assertThat(area.getLong(8)).isEqualTo(77);
        assertThat(area.getLong(PAGE - 4)).isEqualTo(78);
        assertThat(area.discard(0, 1)).isEqualTo(PAGE);
        assertThat(area.getLong(8)).isEqualTo(8);
        assertThat(area.getLong(2 * PAGE)).isEqualTo(2 * PAGE);
        assertThat(area.stats().discardedBytes()).isEqualTo(PAGE);
        assertThat(area.discard(512 << 10, 512 << 10)).as("nothing was there").isZero();
    }

    @Test
    void aSegmentEndsBeforeItsPageIsDiscarded() {
        LazyArea area = open(1 << 20, LazyAreaSuite::pattern);
        MemorySegment old = area.access(0, 8);
        area.discard(0, 8);
        assertThatThrownBy(() -> old.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(area.access(0, 8).get(ValueLayout.JAVA_LONG, 0)).isZero();
    }

    @Test
    void discardingGivesMemoryBack() {
        LazyArea area = open(8 << 20, LazyAreaSuite::pattern);
        area.prefetch(0, 8 << 20);
        assertThat(arena.measureResidentBytes()).isGreaterThanOrEqualTo(8 << 20);
        assertThat(area.discard(0, 8 << 20)).isEqualTo(8 << 20);
        if (arena.backEnd().can(Capability.RESIDENCE)) {
            assertThat(arena.measureResidentBytes()).isZero();
        }
        assertThat(area.stats().presentBytes()).isZero();
    }

    @Test
    void runsAreAsLongAsIsAllowedAndStopAtWhatIsPresent() {
        List<String> asked = new ArrayList<>();
        LazyArea area = open(100 * PAGE + 1, request -> {
            asked.add(request.offset() / PAGE + "+" + request.length());
            return request.length();
        }, options -> options.runBytes(4 * PAGE));
        area.access(5L * PAGE, 1);
        area.access(100L * PAGE, 1);
        area.discard(6L * PAGE, 1);
        area.access(6L * PAGE, 1);
        assertThat(asked).containsExactly("4+" + 4 * PAGE, "100+1", "6+" + PAGE);
    }

    @Test
    void aHandlerMayGiveLessThanTheRunIfTheNeededPageIsWhole() {
        LazyArea area = open(64 << 10, request -> {
            pattern(request);
            return request.demandedOffset() - request.offset() + PAGE + 100;
        });
        assertThat(area.getLong(3 * PAGE)).isEqualTo(3 * PAGE);
        assertThat(area.isPresent(0, 4 * PAGE)).isTrue();
        assertThat(area.isPresent(4 * PAGE, 1)).isFalse();
        assertThat(area.getLong(4 * PAGE + 104)).isEqualTo(4 * PAGE + 104);
    }

    @Test
    void whatTheHandlerDoesNotWriteIsZeroAlsoInAUsedBuffer() {
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(128 << 10, request -> {
            if (calls.getAndIncrement() == 0) {
                request.target().fill((byte) -1);
            }
            return request.length();
        });
        assertThat(area.getLong(0)).isEqualTo(-1);
        MemorySegment second = area.access(64 << 10, 64 << 10);
        assertThat(second.mismatch(MemorySegment.ofArray(new byte[64 << 10]))).isEqualTo(-1);
    }

    // ---- handlers that are shipped --------------------------------------------------------------------------------

    @Test
    void shippedHandlersGiveWhatTheySay(@TempDir Path directory) throws Exception {
        byte[] content = new byte[300_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 >>> 5);
        }
        Path plain = Files.write(directory.resolve("plain"), content);
        Path packed = directory.resolve("packed");
        assertThat(CompressedFile.write(plain, packed, 64 << 10)).isEqualTo(Files.size(packed))
                .isLessThan(content.length);
        for (FaultHandler handler : List.of(FaultHandler.file(plain), FaultHandler.compressedFile(packed),
                FaultHandler.remote(request -> CompletableFuture.supplyAsync(() -> MemorySegment.ofArray(content)
                        .asSlice(request.offset(), request.length()))))) {
            LazyArea area = open(content.length, handler);
            assertThat(area.access(150_000, 1).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(content[150_000]);
            area.prefetch(0, content.length);
            byte[] read = new byte[content.length];
            area.read(0, MemorySegment.ofArray(read));
            assertThat(read).isEqualTo(content);
        }
        LazyArea zeros = open(1 << 20, FaultHandler.zeros());
        assertThat(zeros.getLong(12345)).isZero();
        LazyArea computed = open(1 << 20,
                FaultHandler.function((offset, target) -> target.fill((byte) (offset >> 16))));
        assertThat(computed.access(5 << 16, 1).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 5);
    }

    @Test
    void aFileThatIsTooShortSaysSo(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("short"), new byte[PAGE + 10]);
        LazyArea area = open(3 * PAGE, FaultHandler.file(file));
        assertThat(area.getLong(8)).isZero();
        FaultException failure = failure(() -> area.getLong(PAGE));
        assertThat(failure.kind()).isEqualTo(FaultException.Kind.TOO_FEW_BYTES);
        assertThat(failure.offset()).isEqualTo(PAGE);
        assertThat(failure).hasMessageContaining("test: the page at offset " + PAGE)
                .hasMessageContaining("gave 10 bytes");
    }

    @Test
    void interruptingOneReaderOfAFileDoesNotDisturbTheOthers(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[1 << 20]);
        LazyArea area = open(1 << 20, FaultHandler.file(file));
        Thread.currentThread().interrupt();
        FaultException failure = failure(() -> area.getLong(0));
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        assertThat(failure.kind()).isEqualTo(FaultException.Kind.INTERRUPTED);
        assertThat(area.getLong(0)).isZero();
    }

    // ---- races ----------------------------------------------------------------------------------------------------

    @Test
    void racingThreadsFillAPageOnce() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(8 << 20, request -> {
            calls.incrementAndGet();
            return pattern(request);
        });
        List<Future<Boolean>> all = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            all.add(async(() -> {
                for (long offset = 0; offset < 8 << 20; offset += PAGE) {
                    assertThat(area.getLong(offset)).isEqualTo(offset);
                }
                return true;
            }));
        }
        for (Future<Boolean> one : all) {
            assertThat(get(one)).isTrue();
        }
        assertThat(calls).hasValue(128);
        assertThat(area.stats().filledBytes()).isEqualTo(8 << 20);
    }

    @Test
    void whoComesLaterWaitsForTheSameFill() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        LazyArea area = open(1 << 20, request -> {
            inside.countDown();
            await(go);
            return pattern(request);
        });
        Future<Long> first = async(() -> area.getLong(8));
        await(inside);
        Future<Long> second = async(() -> area.getLong(16));
        while (area.stats().waits() == 0) {
            Thread.onSpinWait();
        }
        go.countDown();
        assertThat(get(first)).isEqualTo(8);
        assertThat(get(second)).isEqualTo(16);
        assertThat(area.stats().fills()).isEqualTo(1);
    }

    @Test
    void aFailureReachesEverybodyWhoWaitsAndLeavesThePageAbsent() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        IOException broken = new IOException("broken");
        LazyArea area = open(1 << 20, request -> {
            if (calls.getAndIncrement() == 0) {
                await(go);
                throw broken;
            }
            return pattern(request);
        });
        List<Future<Long>> all = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            all.add(async(() -> area.getLong(8)));
        }
        while (area.stats().waits() < 3) {
            Thread.onSpinWait();
        }
        go.countDown();
        for (Future<Long> one : all) {
            ExecutionException thrown = catchThrowableOfType(ExecutionException.class, () -> get(one));
            assertThat(thrown.getCause()).isInstanceOf(FaultException.class).hasCause(broken)
                    .hasMessageContaining("test: the page at offset 0: the handler threw java.io.IOException: broken");
        }
        assertThat(area.isPresent(0, 1)).isFalse();
        assertThat(area.getLong(8)).as("the next touch asks again").isEqualTo(8);
        assertThat(area.stats().failures()).isEqualTo(1);
    }

    @Test
    void aFillIsNotKeptIfItsPageWasDiscardedMeanwhile() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(PAGE, request -> {
            int call = calls.incrementAndGet();
            if (call == 1) {
                inside.countDown();
                await(go);
            }
            request.target().fill((byte) call);
            return request.length();
        });
        Future<Long> first = async(() -> area.getLong(0));
        await(inside);
        assertThat(area.discard(0, PAGE)).isZero();
        go.countDown();
        assertThat(get(first)).isEqualTo(0x0202020202020202L);
    }

    // ---- handlers that misbehave ----------------------------------------------------------------------------------

    @Test
    void aHandlerThatNeedsItsOwnPageIsToldSo() {
        AtomicReference<LazyArea> self = new AtomicReference<>();
        LazyArea area = open(1 << 20, request -> self.get().getLong(request.offset() + 8));
        self.set(area);
        FaultException failure = failure(() -> area.getLong(0));
        assertThat(failure.kind()).isEqualTo(FaultException.Kind.RECURSION);
        assertThat(area.isPresent(0, 1)).isFalse();
    }

    @Test
    void aHandlerMayUseOtherPages() {
        AtomicReference<LazyArea> self = new AtomicReference<>();
        LazyArea area = open(4 << 16, request -> {
            pattern(request);
            if (request.offset() > 0) {
                request.target().set(ValueLayout.JAVA_LONG, 0, self.get().getLong(request.offset() - (1 << 16)) + 1);
            }
            return request.length();
        });
        self.set(area);
        assertThat(area.getLong(3 << 16)).isEqualTo(3);
    }

    @Test
    void twoHandlersThatNeedEachOthersPagesDoNotWaitForEver() throws Exception {
        AtomicReference<LazyArea> self = new AtomicReference<>();
        CountDownLatch both = new CountDownLatch(2);
        LazyArea area = open(2 << 16, request -> {
            both.countDown();
            await(both);
            return self.get().getLong((1 << 16) - request.offset());
        });
        self.set(area);
        Future<Long> first = async(() -> area.getLong(0));
        Future<Long> second = async(() -> area.getLong(1 << 16));
        assertThat(List.of(kindOf(first), kindOf(second))).contains(FaultException.Kind.RECURSION);
    }

    @Test
    void aHandlerThatDiscardsItsOwnPageIsToldSo() {
        AtomicReference<LazyArea> self = new AtomicReference<>();
        LazyArea area = open(1 << 20, request -> self.get().discard(request.offset(), 1));
        self.set(area);
        assertThat(failure(() -> area.getLong(0)).kind()).isEqualTo(FaultException.Kind.RECURSION);
    }

    @Test
    void aHandlerThatBlocksForEverIsGivenUpAtTheDeadline() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(1 << 20, request -> {
            if (calls.getAndIncrement() == 0) {
                Thread.sleep(TimeUnit.MINUTES.toMillis(5));
            }
            return pattern(request);
        }, options -> options.deadline(Duration.ofSeconds(2)));
        Future<Long> first = async(() -> area.getLong(8));
        while (calls.get() == 0) {
            Thread.onSpinWait();
        }
        Future<Long> waiting = async(() -> area.getLong(16));
        assertThat(kindOf(first)).isEqualTo(FaultException.Kind.TIMEOUT);
        assertThat(kindOf(waiting)).isEqualTo(FaultException.Kind.TIMEOUT);
        assertThat(area.getLong(8)).isEqualTo(8);
        assertThat(area.stats().timeouts()).isEqualTo(1);
    }

    @Test
    void aHandlerThatHeedsNothingHoldsUpNobodyElse() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(1 << 20, request -> {
            if (calls.getAndIncrement() == 0) {
                boolean late = false;
                while (!late) {
                    try {
                        late = go.await(1, TimeUnit.HOURS);
                    } catch (InterruptedException ignored) {
                        late = false; // the point of this handler
                    }
                }
                request.target().fill((byte) -1);
                return request.length();
            }
            return pattern(request);
        }, options -> options.deadline(Duration.ofMillis(50)));
        Future<Long> stubborn = async(() -> area.getLong(8));
        while (area.stats().timeouts() == 0) {
            Thread.onSpinWait();
        }
        assertThat(area.getLong(8)).as("another thread asks again").isEqualTo(8);
        go.countDown();
        assertThat(kindOf(stubborn)).isEqualTo(FaultException.Kind.TIMEOUT);
        assertThat(area.getLong(8)).as("what came too late is thrown away").isEqualTo(8);
    }

    @Test
    void contentThatNeverComesIsGivenUpAndContentThatComesLateIsThrownAway() throws Exception {
        CompletableFuture<MemorySegment> never = new CompletableFuture<>();
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(PAGE, FaultHandler.remote(request -> calls.getAndIncrement() == 0
                ? never
                : CompletableFuture.completedFuture(MemorySegment.ofArray(new byte[PAGE]))),
                options -> options.deadline(Duration.ofMillis(50)));
        assertThat(failure(() -> area.getLong(0)).kind()).isEqualTo(FaultException.Kind.TIMEOUT);
        byte[] late = new byte[PAGE];
        late[0] = 1;
        never.complete(MemorySegment.ofArray(late));
        assertThat(area.isPresent(0, 1)).isFalse();
        assertThat(area.getLong(0)).isZero();
    }

    @Test
    void tooFewOrTooManyBytesAreNamed() {
        Function<Long, FaultException> failing = given -> failure(() -> open(64 << 10, request -> given).getLong(PAGE));
        assertThat(failing.apply((long) PAGE))
                .hasMessageContaining("gave " + PAGE + " bytes, of 65536 wanted and at least "
                        + 2 * PAGE + " needed");
        assertThat(failing.apply(-1L).kind()).isEqualTo(FaultException.Kind.TOO_FEW_BYTES);
        assertThat(failing.apply(65537L)).hasMessageContaining("says that it gave 65537 bytes");
        LazyArea remote = open(64 << 10, FaultHandler
                .remote(request -> CompletableFuture.completedFuture(MemorySegment.ofArray(new byte[7]))));
        assertThat(failure(() -> remote.getLong(0)).kind()).isEqualTo(FaultException.Kind.TOO_FEW_BYTES);
    }

    @Test
    void errorsOfAHandlerAreFailuresToo() {
        LazyArea area = open(1 << 20, request -> {
            throw new StackOverflowError("deep");
        });
        assertThat(failure(() -> area.getLong(0))).hasRootCauseInstanceOf(StackOverflowError.class);
        LazyArea none = open(1 << 20, FaultHandler.remote(request -> null));
        assertThat(failure(() -> none.getLong(0))).hasMessageContaining("gave no CompletionStage");
        LazyArea ended = open(1 << 20, FaultHandler.remote(request -> {
            try (Arena scope = Arena.ofConfined()) {
                return CompletableFuture.completedFuture(scope.allocate(1 << 16));
            }
        }));
        assertThat(failure(() -> ended.getLong(0))).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTargetThatWasKeptCannotBeWrittenLater() {
        AtomicReference<MemorySegment> kept = new AtomicReference<>();
        LazyArea area = open(1 << 20, request -> {
            kept.set(request.target());
            return pattern(request);
        });
        area.getLong(0);
        assertThatThrownBy(() -> kept.get().fill((byte) 1)).isInstanceOf(IllegalStateException.class);
    }

    // ---- retry, poison, prefetch ----------------------------------------------------------------------------------

    @Test
    void aFailedAttemptIsRepeatedAsOftenAsAllowed() {
        List<Integer> attempts = new ArrayList<>();
        FaultHandler third = request -> {
            attempts.add(request.attempt());
            if (request.attempt() < 3) {
                throw new IOException("not yet");
            }
            return pattern(request);
        };
        assertThat(open(1 << 16, third, options -> options.attempts(3)).getLong(8)).isEqualTo(8);
        assertThat(attempts).containsExactly(1, 2, 3);
        LazyArea two = open(1 << 16, third, options -> options.attempts(2));
        assertThat(failure(() -> two.getLong(8))).hasRootCauseMessage("not yet");
        assertThat(two.stats().retries()).isEqualTo(1);
        AtomicInteger fetches = new AtomicInteger();
        LazyArea remote = open(1 << 16, FaultHandler.remote(request -> fetches.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new IOException("not yet"))
                : CompletableFuture.completedFuture(MemorySegment.ofArray(new byte[1 << 16]))),
                options -> options.attempts(3));
        assertThat(remote.getLong(0)).isZero();
    }

    @Test
    void poisonRefusesUntilItIsDiscarded() {
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(1 << 20, request -> {
            calls.incrementAndGet();
            return pattern(request);
        });
        MemorySegment before = area.access(0, PAGE);
        area.poison(0, 2 * PAGE, "bad sector");
        assertThatThrownBy(() -> before.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        FaultException failure = failure(() -> area.getLong(PAGE));
        assertThat(failure.kind()).isEqualTo(FaultException.Kind.POISONED);
        assertThat(failure).hasMessageContaining("bad sector");
        assertThat(area.getLong(2 * PAGE)).isEqualTo(2 * PAGE);
        assertThat(calls).hasValue(1);
        area.discard(0, 2 * PAGE);
        assertThat(area.getLong(PAGE)).isEqualTo(PAGE);
    }

    @Test
    void poisonGivesUpAFillUnderWay() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        LazyArea area = open(1 << 16, request -> {
            inside.countDown();
            Thread.sleep(TimeUnit.HOURS.toMillis(1));
            return request.length();
        });
        Future<Long> filling = async(() -> area.getLong(0));
        await(inside);
        area.poison(0, 1 << 16, "gone");
        assertThat(kindOf(filling)).isEqualTo(FaultException.Kind.POISONED);
        assertThat(failure(() -> area.getLong(0)).kind()).isEqualTo(FaultException.Kind.POISONED);
    }

    @Test
    void aPageMayBePoisonedByItsFailure() {
        AtomicInteger calls = new AtomicInteger();
        LazyArea area = open(1 << 16, request -> {
            calls.incrementAndGet();
            throw new IOException("unreadable");
        }, options -> options.poisonAfterFailure(true));
        assertThat(failure(() -> area.getLong(0)).kind()).isEqualTo(FaultException.Kind.HANDLER_FAILED);
        assertThat(failure(() -> area.getLong(0))).hasMessageContaining("poisoned: the handler threw")
                .hasMessageContaining("unreadable");
        assertThat(calls).hasValue(1);
    }

    @Test
    void prefetchingFetchesManyRunsAtATime() throws Exception {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<MemorySegment>> fetches = new ArrayList<>();
        LazyArea area = open(8 << 20, FaultHandler.remote(request -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            CompletableFuture<MemorySegment> later = new CompletableFuture<>();
            synchronized (fetches) {
                fetches.add(later);
            }
            later.completeOnTimeout(MemorySegment.ofArray(new byte[(int) request.length()]), 20, TimeUnit.MILLISECONDS);
            return later.whenComplete((content, failure) -> underWay.decrementAndGet());
        }));
        area.prefetch(PAGE, (8 << 20) - PAGE);
        assertThat(area.isPresent(0, 8 << 20)).isTrue();
        assertThat(fetches).hasSize(128);
        assertThat(most.get()).isBetween(16, 64);
    }

    // ---- owners ---------------------------------------------------------------------------------------------------

    @Test
    void thePagesBelongToTheAreaAlone() {
        LazyArea area = open(1 << 20, LazyAreaSuite::pattern);
        PageRange range = area.range();
        for (Runnable call : List.<Runnable>of(() -> arena.free(range), () -> arena.decommit(range),
                () -> arena.segment(range))) {
            assertThatThrownBy(call::run).isInstanceOf(RangeBusyException.class)
                    .hasMessageContaining("belongs to lazy area test");
        }
        area.close();
        assertThatThrownBy(() -> arena.free(range)).isInstanceOf(StaleHandleException.class);
    }

    @Test
    void closingWakesEverybodyAndWaitsForNoHandler() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicInteger handlerClosed = new AtomicInteger();
        LazyArea area = open(1 << 20, new FaultHandler() {
            @Override
            public long fill(FaultRequest request) throws InterruptedException {
                inside.countDown();
                Thread.sleep(TimeUnit.HOURS.toMillis(1));
                return request.length();
            }

            @Override
            public void close() {
                handlerClosed.incrementAndGet();
            }
        }, options -> options.deadline(Duration.ZERO));
        Future<Long> filling = async(() -> area.getLong(0));
        await(inside);
        Future<Long> waiting = async(() -> area.getLong(8));
        while (area.stats().waits() == 0) {
            Thread.onSpinWait();
        }
        area.close();
        for (Future<Long> one : List.of(filling, waiting)) {
            ExecutionException thrown = catchThrowableOfType(ExecutionException.class, () -> get(one));
            assertThat(thrown.getCause()).isInstanceOf(ArenaClosedException.class)
                    .hasMessageContaining("lazy area test");
        }
        assertThatThrownBy(() -> area.getLong(0)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> area.discard(0, 1)).isInstanceOf(ArenaClosedException.class);
        assertThat(handlerClosed).hasValue(1);
    }

    @Test
    void theArenaClosesItsAreas() {
        LazyArea area = open(1 << 20, LazyAreaSuite::pattern);
        MemorySegment page = area.access(0, 8);
        arena.close();
        assertThatThrownBy(() -> page.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> area.getLong(PAGE * 40L)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> LazyArea.open(arena, LazyAreaOptions.ofBytes(1), FaultHandler.zeros()))
                .isInstanceOf(ArenaClosedException.class);
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThatThrownBy(() -> LazyAreaOptions.ofBytes(0)).hasMessageContaining("bytes=0");
        assertThatThrownBy(() -> LazyAreaOptions.ofBytes(1).runBytes(PAGE * 3))
                .hasMessageContaining("newRunBytes=12288");
        assertThatThrownBy(() -> LazyAreaOptions.ofBytes(1).attempts(0)).hasMessageContaining("most=0");
        assertThatThrownBy(() -> LazyAreaOptions.ofBytes(1).deadline(Duration.ofSeconds(-1)))
                .hasMessageContaining("must not be negative");
        assertThatThrownBy(() -> open(1L << 40, FaultHandler.zeros())).isInstanceOf(ArenaExhaustedException.class);
    }
}
