package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Exchanger;
import java.util.concurrent.atomic.LongAdder;

import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.linux.Unistd;
import org.quern.vmap.UserfaultMessage.PageFault;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quern.vmap.UserfaultMode.MINOR;
import static org.quern.vmap.UserfaultMode.MISSING;
import static org.quern.vmap.UserfaultMode.WRITE_PROTECT;

/**
 * Every command of userfaultfd while native code faults. Main class of a JVM of its own: there it may make native calls, and
 * there it may hang. Each method without parameters is a scenario.
 */
final class UserfaultScenarios {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final Duration SOON = Duration.ofSeconds(10);
    private final Arena scope = Arena.ofShared();
    private UserfaultDescriptor descriptor;

    private static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Missing(String what) {
            super(what);
        }
    }

    public static void main(String[] args) throws Exception {
        Method[] methods = UserfaultScenarios.class.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            if (method.getParameterCount() == 0 && !Modifier.isPrivate(method.getModifiers())
                    && !method.isSynthetic()) {
                System.out.println(method.getName() + ": " + run(method));
            }
        }
        System.out.println("all scenarios done");
    }

    private static String run(Method method) throws Exception {
        UserfaultScenarios scenario = new UserfaultScenarios();
        try {
            method.invoke(scenario);
            return "done";
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Missing missing) {
                return "skipped, " + missing.getMessage();
            }
            throw e;
        } finally {
            if (scenario.descriptor != null) {
                scenario.descriptor.close();
            }
            scenario.scope.close();
        }
    }

    private UserfaultMemory open(int pages, UserfaultFeature... features) {
        Set<UserfaultFeature> wanted = EnumSet.noneOf(UserfaultFeature.class);
        wanted.addAll(List.of(features));
        if (!UserfaultDescriptor.probe().features().containsAll(wanted)) {
            throw new Missing("this kernel has not " + wanted);
        }
        descriptor = UserfaultDescriptor.open(wanted);
        return descriptor.map(pages * PAGE);
    }

    private MemorySegment content(int pages, int value) {
        return scope.allocate(pages * PAGE, 8).fill((byte) value);
    }

    private byte first(UserfaultMemory memory, long offset) {
        MemorySegment one = scope.allocate(1);
        NativeTouch.read(memory, offset, one);
        return one.get(ValueLayout.JAVA_BYTE, 0);
    }

    private PageFault awaitFault() {
        assertThat(descriptor.poll(SOON)).as("a fault arrives").isTrue();
        return (PageFault) descriptor.read(1).getFirst();
    }

    void progressSaysHowFarAndTheNextCallSaysWhy() {
        UserfaultMemory memory = open(3);
        memory.register(0, 3 * PAGE, Set.of(MISSING));
        assertThat(memory.zero(PAGE, PAGE, true).isComplete()).isTrue();
        Progress part = memory.copy(0, content(3, 5), false, true);
        assertThat(part.isPartial()).isTrue();
        assertThat(part.done()).isEqualTo(PAGE);
        assertThat(memory.copy(PAGE, content(2, 5), false, true).stoppedBy()).contains(Errno.EEXIST);
        assertThat(memory.copyAll(0, content(3, 6))).as("only what was missing").isEqualTo(PAGE);
        assertThat(first(memory, 0)).isEqualTo((byte) 5);
        assertThat(first(memory, PAGE)).isZero();
        assertThat(first(memory, 2 * PAGE)).isEqualTo((byte) 6);
        memory.unregister(0, 3 * PAGE);
        assertThat(memory.copy(0, content(1, 1), false, true).stoppedBy()).contains(Errno.ENOENT);
        memory.close();
    }

    void theContentMayBeAnywhere() {
        UserfaultMemory memory = open(1);
        memory.register(0, PAGE, Set.of(MISSING));
        byte[] bytes = new byte[(int) PAGE + 3];
        bytes[3] = 9;
        assertThat(memory.copyAll(0, MemorySegment.ofArray(bytes).asSlice(3))).isEqualTo(PAGE);
        assertThat(first(memory, 0)).isEqualTo((byte) 9);
        memory.close();
    }

    void eachFaultingThreadIsAMessageAndWaitsUntilItIsWoken() throws Exception {
        UserfaultMemory memory = open(2, UserfaultFeature.THREAD_ID);
        memory.register(0, 2 * PAGE, Set.of(MISSING));
        Thread one = Thread.ofPlatform().daemon().start(() -> NativeTouch.write(memory, 8, 1, 1));
        Thread two = Thread.ofPlatform().daemon().start(() -> NativeTouch.write(memory, 16, 2, 1));
        PageFault a = awaitFault();
        PageFault b = awaitFault();
        assertThat(memory.pageOf(a.address())).isZero();
        assertThat(a.write() && b.write()).isTrue();
        assertThat(a.threadId()).isNotEqualTo(b.threadId());
        assertThat(descriptor.poll(Duration.ZERO)).as("read, though both wait").isFalse();
        assertThat(memory.copy(0, content(1, 0), false, false).isComplete()).isTrue();
        one.join(100);
        assertThat(one.isAlive() && two.isAlive()).as("filled, not woken").isTrue();
        memory.wake(0, 2 * PAGE);
        one.join();
        two.join();
        assertThat(first(memory, 8)).isEqualTo((byte) 1);
        memory.close();
    }

    void aWakeWithoutAPageIsAnotherMessage() throws Exception {
        UserfaultMemory memory = open(1);
        memory.register(0, PAGE, Set.of(MISSING));
        Thread reader = Thread.ofPlatform().daemon().start(() -> first(memory, 0));
        assertThat(awaitFault().write()).isFalse();
        memory.wake(0, PAGE);
        assertThat(awaitFault().kind()).isEqualTo(UserfaultMessage.Kind.MISSING);
        assertThat(memory.zero(0, PAGE, true).isComplete()).isTrue();
        reader.join();
        memory.close();
    }

    void closingTheDescriptorLetsWaitersGoOn() throws Exception {
        UserfaultMemory memory = open(1);
        memory.register(0, PAGE, Set.of(MISSING));
        Thread reader = Thread.ofPlatform().daemon().start(() -> first(memory, 0));
        awaitFault();
        descriptor.close();
        reader.join();
        memory.close();
    }

    void writesToProtectedPagesAreReported() throws Exception {
        UserfaultMemory memory = open(2, UserfaultFeature.PAGEFAULT_FLAG_WP);
        memory.register(0, 2 * PAGE, EnumSet.of(MISSING, WRITE_PROTECT));
        Thread writer = Thread.ofPlatform().daemon().start(() -> NativeTouch.write(memory, 0, 7, 1));
        assertThat(awaitFault().kind()).as("first it is missing").isEqualTo(UserfaultMessage.Kind.MISSING);
        assertThat(memory.copy(0, content(1, 3), true, true).isComplete()).isTrue();
        PageFault second = awaitFault();
        assertThat(second.kind()).as("then it is protected").isEqualTo(UserfaultMessage.Kind.WRITE_PROTECTED);
        assertThat(second.write()).isTrue();
        assertThat(first(memory, 0)).as("reading is allowed").isEqualTo((byte) 3);
        assertThat(memory.unprotect(0, PAGE, true)).isZero();
        writer.join();
        assertThat(first(memory, 0)).isEqualTo((byte) 7);
        assertThat(memory.protect(0, PAGE)).isZero();
        memory.unregister(0, 2 * PAGE);
        assertThat(memory.protect(0, PAGE)).isEqualTo(Errno.ENOENT.number());
        memory.close();
    }

    void minorFaultsAreAnsweredThroughTheSecondMapping() throws Exception {
        open(1, UserfaultFeature.MINOR_SHMEM).close();
        UserfaultMemory memory = descriptor.mapShared(2 * PAGE);
        memory.register(0, 2 * PAGE, Set.of(MINOR));
        assertThatThrownBy(() -> memory.resume(0, PAGE, true)).as("the file has nothing yet")
                .isInstanceOf(KernelException.class).hasMessageContaining("the file does not have the page");
        memory.secondMapping().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        byte[] seen = new byte[1];
        Thread reader = Thread.ofPlatform().daemon().start(() -> seen[0] = first(memory, 0));
        assertThat(awaitFault().kind()).isEqualTo(UserfaultMessage.Kind.MINOR);
        memory.secondMapping().set(ValueLayout.JAVA_BYTE, 0, (byte) 2);
        assertThat(memory.resume(0, PAGE, true).isComplete()).isTrue();
        reader.join();
        assertThat(seen[0]).isEqualTo((byte) 2);
        assertThat(memory.resume(0, PAGE, true).stoppedBy()).contains(Errno.EEXIST);
        memory.close();
    }

    void pagesAreMovedWithoutACopy() {
        UserfaultMemory memory = open(4, UserfaultFeature.MOVE);
        NativeTouch.write(memory, 2 * PAGE, 4, PAGE);
        memory.register(0, 2 * PAGE, Set.of(MISSING));
        assertThat(memory.move(0, 2 * PAGE, PAGE, false, true).isComplete()).isTrue();
        assertThat(first(memory, 0)).isEqualTo((byte) 4);
        assertThat(first(memory, 2 * PAGE)).as("a hole now").isZero();
        assertThat(memory.move(0, 2 * PAGE, PAGE, false, true).stoppedBy()).contains(Errno.EEXIST);
        assertThat(memory.move(PAGE, 3 * PAGE, PAGE, false, true).stoppedBy()).contains(Errno.ENOENT);
        assertThat(memory.move(PAGE, 3 * PAGE, PAGE, true, true).done()).isEqualTo(PAGE);
        assertThatThrownBy(() -> memory.move(0, 4 * PAGE, PAGE, false, true))
                .isInstanceOf(IndexOutOfBoundsException.class);
        memory.close();
    }

    void poisonStaysUntilItIsDropped() {
        UserfaultMemory memory = open(1, UserfaultFeature.POISON);
        memory.register(0, PAGE, Set.of(MISSING));
        assertThat(memory.poison(0, PAGE, true).isComplete()).isTrue();
        assertThat(memory.poison(0, PAGE, true).stoppedBy()).contains(Errno.EEXIST);
        assertThat(memory.zero(0, PAGE, true).stoppedBy()).contains(Errno.EEXIST);
        memory.drop(0, PAGE);
        assertThat(memory.copyAll(0, content(1, 1))).isEqualTo(PAGE);
        memory.close();
    }

    void whoEmptiesPagesWaitsUntilTheEventIsReadAndNothingElseWorksMeanwhile() throws Exception {
        UserfaultMemory memory = open(2, UserfaultFeature.EVENT_REMOVE);
        memory.register(0, 2 * PAGE, Set.of(MISSING));
        Thread dropper = Thread.ofPlatform().daemon().start(() -> memory.drop(PAGE, PAGE));
        assertThat(descriptor.poll(SOON)).isTrue();
        assertThat(memory.zero(0, PAGE, true).isChanging()).isTrue();
        assertThatThrownBy(() -> memory.copyAll(0, content(1, 0))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read the events");
        memory.wake(0, PAGE);
        UserfaultMessage event = descriptor.read(4).getFirst();
        dropper.join();
        assertThat(event).isInstanceOfSatisfying(UserfaultMessage.Removed.class, removed -> {
            assertThat(memory.pageOf(removed.start())).isEqualTo(PAGE);
            assertThat(removed.end() - removed.start()).isEqualTo(PAGE);
        });
        assertThat(memory.zero(0, PAGE, true).isComplete()).isTrue();
        memory.unregister(0, 2 * PAGE); // closing would wait for its own event
        memory.close();
    }

    /** Poison outlives the registration; a system call that meets it fails, and does not wait. */
    void aSystemCallThatMeetsPoisonFails() {
        UserfaultMemory memory = open(2, UserfaultFeature.POISON);
        memory.register(0, 2 * PAGE, Set.of(MISSING));
        assertThat(memory.poison(0, PAGE, true).isComplete()).isTrue();
        memory.unregister(0, 2 * PAGE);
        int zeros = Fcntl.open("/dev/zero", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        try {
            assertThat(NativeTouch.preadErrno(zeros, memory, 0, 8)).isEqualTo(Errno.EFAULT.number());
            assertThat(NativeTouch.preadErrno(zeros, memory, PAGE, 8)).as("its neighbour").isZero();
            memory.drop(0, PAGE);
            assertThat(NativeTouch.preadErrno(zeros, memory, 0, 8)).as("lifted").isZero();
        } finally {
            Unistd.close(zeros);
        }
        memory.close();
    }

    void holesAreSkippedByRegisteringAndRefusedByFilling() {
        UserfaultMemory memory = open(3);
        NativeTouch.unmap(memory, PAGE, PAGE);
        assertThat(memory.register(0, 3 * PAGE, Set.of(MISSING))).contains(UserfaultOperation.COPY);
        assertThat(memory.copy(0, content(1, 1), false, true).isComplete()).isTrue();
        assertThat(memory.copy(PAGE, content(1, 1), false, true).stoppedBy()).contains(Errno.ENOENT);
        assertThat(memory.copy(2 * PAGE, content(1, 3), false, true).isComplete()).isTrue();
        assertThat(first(memory, 2 * PAGE)).isEqualTo((byte) 3);
        memory.unregister(0, 3 * PAGE); // and not closed: that is for memory that is still whole
    }

    /** Both answer every fault at the same time: one fills, the other finds EEXIST and wakes; nobody stays behind. */
    void twoMonitorsFillEachPageOnceAndNobodyStaysBehind() throws Exception {
        int pages = 300;
        UserfaultMemory memory = open(pages);
        memory.register(0, pages * PAGE, Set.of(MISSING));
        Thread toucher = Thread.ofPlatform().daemon().start(() -> {
            for (int page = 0; page < pages; page++) {
                NativeTouch.write(memory, page * PAGE, page + 1, 1);
            }
        });
        Exchanger<Long> faults = new Exchanger<>();
        LongAdder filled = new LongAdder();
        Thread second = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int page = 0; page < pages; page++) {
                    filled.add(memory.copyAll(faults.exchange(null), content(1, 9)));
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        for (int page = 0; page < pages; page++) {
            long offset = memory.pageOf(awaitFault().address());
            faults.exchange(offset);
            filled.add(memory.copyAll(offset, content(1, 9)));
        }
        assertThat(toucher.join(SOON)).as("the toucher went through").isTrue();
        assertThat(second.join(SOON)).isTrue();
        assertThat(filled.sum()).as("each page was filled once").isEqualTo(pages * PAGE);
        assertThat(first(memory, 0)).isEqualTo((byte) 1);
        memory.close();
    }

    void whoMovesOrUnmapsPagesWaitsUntilTheEventIsRead() throws Exception {
        UserfaultMemory memory = open(4, UserfaultFeature.EVENT_REMAP, UserfaultFeature.EVENT_UNMAP);
        memory.register(0, 4 * PAGE, Set.of(MISSING));
        long base = memory.forNativeCalls().address();
        long[] moved = new long[1];
        Thread mover = Thread.ofPlatform().daemon()
                .start(() -> moved[0] = NativeTouch.growElsewhere(memory, PAGE, PAGE, 8 * PAGE));
        assertThat(descriptor.poll(SOON)).isTrue();
        mover.join(100);
        assertThat(mover.isAlive()).as("waits").isTrue();
        List<UserfaultMessage> events = new ArrayList<>(descriptor.read(4));
        while (!mover.join(Duration.ofMillis(50))) { // what it leaves is unmapped: another event
            if (descriptor.poll(Duration.ofMillis(50))) {
                events.addAll(descriptor.read(4));
            }
        }
        UserfaultMessage.Remapped remapped = (UserfaultMessage.Remapped) events.stream()
                .filter(UserfaultMessage.Remapped.class::isInstance).findFirst().orElseThrow();
        assertThat(remapped.from()).isEqualTo(base + PAGE);
        assertThat(remapped.to()).isEqualTo(moved[0]);

        Thread unmapper = Thread.ofPlatform().daemon().start(() -> NativeTouch.unmap(memory, 3 * PAGE, PAGE));
        assertThat(descriptor.poll(SOON)).isTrue();
        assertThat(descriptor.read(4)).contains(new UserfaultMessage.Unmapped(base + 3 * PAGE, base + 4 * PAGE));
        unmapper.join();
        memory.unregister(0, PAGE);
        memory.unregister(2 * PAGE, PAGE); // and not closed: that is for memory that is still whole
    }
}
