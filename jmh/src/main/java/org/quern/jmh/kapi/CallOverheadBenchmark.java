package org.quern.jmh.kapi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;

/**
 * What a declaration costs over the bare downcall that it becomes: the same C function, {@code sysconf(_SC_PAGESIZE)},
 * which the C library answers without entering the kernel.
 *
 * <p>
 * {@code bare} is the physical limit from Java; {@code bareWithErrno} adds the capture that any caller needs who wants to
 * know why a call failed; {@code declared} adds the check of the argument, the errno buffer of the thread, the check of
 * the result and its in-band form; {@code declaredUnchecked} is the same bound without validation; {@code javaMethod} is
 * the call behind a method of an interface, with failures as exceptions.
 *
 * <p>
 * The three {@code madvise} measurements do the same for a call into the kernel with three checked parameters and a
 * relation between two of them; its length is 0, for which the kernel returns at once.
 */
@State(Scope.Thread)
@SuppressWarnings("restricted") // the bare calls are what is compared with
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CallOverheadBenchmark {
    private static final FunctionDescriptor SYSCONF = FunctionDescriptor.of(ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    private static final MethodHandle BARE = bind();
    private static final MethodHandle BARE_WITH_ERRNO = bind(Linker.Option.captureCallState("errno"));
    private static final MethodHandle DECLARED = NativeCall.bind(MethodHandles.lookup(), Unistd.SYSCONF, true).handle();
    private static final MethodHandle DECLARED_UNCHECKED = NativeCall
            .bind(MethodHandles.lookup(), Unistd.SYSCONF, false).handle();
    private static final JavaMethod JAVA_METHOD = NativeCall.bind(MethodHandles.lookup(), Unistd.SYSCONF)
            .as(JavaMethod.class);
    private static final MethodHandle MADVISE = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle MADVISE_DECLARED = NativeCall.bind(MethodHandles.lookup(), Mman.MADVISE, true)
            .handle();
    private static final MethodHandle MADVISE_UNCHECKED = NativeCall.bind(MethodHandles.lookup(), Mman.MADVISE, false)
            .handle();
    private static final MemorySegment CAPTURE = Arena.global().allocate(Linker.Option.captureStateLayout());

    private long address = 1L << 20;

    @SuppressWarnings("restricted")
    private static MethodHandle bind(Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow("sysconf"),
                SYSCONF,
                options);
    }

    @Benchmark
    public long bare() throws Throwable {
        return (long) BARE.invokeExact(Unistd.SC_PAGESIZE);
    }

    @Benchmark
    public long bareWithErrno() throws Throwable {
        return (long) BARE_WITH_ERRNO.invokeExact(CAPTURE, Unistd.SC_PAGESIZE);
    }

    @Benchmark
    public long declared() throws Throwable {
        return (long) DECLARED.invokeExact(Unistd.SC_PAGESIZE);
    }

    @Benchmark
    public long declaredUnchecked() throws Throwable {
        return (long) DECLARED_UNCHECKED.invokeExact(Unistd.SC_PAGESIZE);
    }

    @Benchmark
    public long javaMethod() {
        return JAVA_METHOD.sysconf(Unistd.SC_PAGESIZE);
    }

    @Benchmark
    public int madviseBare() throws Throwable {
        return (int) MADVISE.invokeExact(CAPTURE, address, 0L, Mman.MADV_DONTNEED);
    }

    @Benchmark
    public long madviseDeclared() throws Throwable {
        return (long) MADVISE_DECLARED.invokeExact(address, 0L, Mman.MADV_DONTNEED);
    }

    @Benchmark
    public long madviseUnchecked() throws Throwable {
        return (long) MADVISE_UNCHECKED.invokeExact(address, 0L, Mman.MADV_DONTNEED);
    }

    /** sysconf as a Java method. */
    public interface JavaMethod {
        long sysconf(int name);
    }
}
