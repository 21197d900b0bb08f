package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Unistd;
import org.quern.vmap.reserve.Reservation;

/**
 * Native code faults, a Java thread answers, and collections run all the time. Main class of a JVM of its own, because what
 * it looks for is that JVM hanging. Prints how many faults were answered; ends with status 0 if every byte is right.
 */
final class NativeFaults {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 64;
    private static volatile Object garbage = new Object();

    private final UserfaultDescriptor descriptor;
    private final boolean kernelFaults;
    private final AtomicLong faults = new AtomicLong();
    private volatile boolean over;

    private NativeFaults(UserfaultDescriptor descriptor, boolean kernelFaults) {
        this.descriptor = descriptor;
        this.kernelFaults = kernelFaults;
    }

    public static void main(String[] args) throws Exception {
        long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000;
        boolean kernel;
        UserfaultDescriptor opened;
        try {
            opened = UserfaultDescriptor.openForKernelFaults(Set.of());
            kernel = true;
        } catch (UserfaultUnavailableException e) {
            opened = UserfaultDescriptor.open(Set.of());
            kernel = false;
        }
        NativeFaults test = new NativeFaults(opened, kernel);
        Thread collector = Thread.ofPlatform().daemon().start(test::collect);
        int rounds = 0;
        while (System.nanoTime() < end) {
            test.round(rounds++);
        }
        test.over = true;
        collector.join();
        opened.close();
        System.out.println(rounds + " rounds, " + test.faults + " faults answered, kernel faults: " + kernel);
    }

    private void collect() {
        while (!over) {
            List<byte[]> some = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                some.add(new byte[10_000]);
            }
            garbage = some;
            System.gc();
        }
    }

    private void round(int round) throws Exception {
        try (UserfaultMemory memory = descriptor.map(PAGES * PAGE)) {
            memory.register(0, PAGES * PAGE, Set.of(UserfaultMode.MISSING));
            Thread monitor = Thread.ofPlatform().daemon().start(() -> answer(memory));
            Thread reader = Thread.ofPlatform().daemon().start(() -> readAll(memory));
            writeAll(memory, round);
            reader.join();
            check(memory, round);
            monitor.interrupt();
            monitor.join();
        }
    }

    /** A page that is asked for holds its number. */
    private void answer(UserfaultMemory memory) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment content = scope.allocate(PAGE);
            while (!Thread.currentThread().isInterrupted()) {
                if (descriptor.poll(Duration.ofMillis(20))) {
                    for (UserfaultMessage message : descriptor.read(16)) {
                        if (message instanceof UserfaultMessage.PageFault fault) {
                            long page = memory.pageOf(fault.address());
                            content.set(ValueLayout.JAVA_LONG, 8, page);
                            memory.copyAll(page, content);
                            faults.incrementAndGet();
                        }
                    }
                }
            }
        }
    }

    /** The first 8 bytes of every other page by memset; of some, by the kernel in pread. */
    private void writeAll(UserfaultMemory memory, int round) {
        int zeros = kernelFaults ? Fcntl.open("/proc/self/exe", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC) : -1;
        try {
            for (int page = 0; page < PAGES; page++) {
                if (kernelFaults && page % 4 == 1) {
                    long got = NativeTouch.pread(zeros, memory, page * PAGE, 8);
                    require(got == 8, "pread returned " + got);
                } else {
                    NativeTouch.write(memory, page * PAGE, round & 0x7f, 8);
                }
            }
        } finally {
            if (zeros >= 0) {
                Unistd.close(zeros);
            }
        }
    }

    private static void readAll(UserfaultMemory memory) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment some = scope.allocate(16);
            for (int page = PAGES - 1; page >= 0; page--) {
                NativeTouch.read(memory, page * PAGE, some);
                require(some.get(ValueLayout.JAVA_LONG, 8) == page * PAGE,
                        "page " + page + ": its content is not there");
            }
        }
    }

    private static void check(UserfaultMemory memory, int round) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment all = scope.allocate(PAGES * PAGE);
            NativeTouch.read(memory, 0, all);
            for (int page = 0; page < PAGES; page++) {
                require(all.get(ValueLayout.JAVA_LONG, page * PAGE + 8) == page * PAGE, "page " + page + " was lost");
                if (page % 4 != 1) {
                    require(all.get(ValueLayout.JAVA_BYTE, page * PAGE) == (round & 0x7f),
                            "a write to page " + page + " was lost");
                }
            }
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            System.out.println("WRONG: " + what);
            Runtime.getRuntime().halt(2);
        }
    }
}
