package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import static org.assertj.core.api.Assertions.assertThat;

/** Touches memory as native code does: in a call of the C library, in which the thread holds up no safepoint. */
final class NativeTouch {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MEMSET = handle("memset", FunctionDescriptor.of(ValueLayout.ADDRESS,
            ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle MEMCPY = handle("memcpy", FunctionDescriptor.of(ValueLayout.ADDRESS,
            ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle PREAD = handle("pread", FunctionDescriptor.of(ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private static final MethodHandle MUNMAP = handle("munmap",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle MREMAP = handle("mremap", FunctionDescriptor.of(ValueLayout.ADDRESS,
            ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final int MREMAP_MAYMOVE = 1;
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    @SuppressWarnings("restricted") // as above
    private static final MethodHandle PREAD_ERRNO = LINKER.downcallHandle(
            LINKER.defaultLookup().find("pread").orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
            ERRNO);

    private NativeTouch() {}

    @SuppressWarnings("restricted") // functions of the C library, with their own types
    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type);
    }

    private static MemorySegment at(UserfaultMemory memory, long offset) {
        return MemorySegment.ofAddress(memory.forNativeCalls().address() + offset);
    }

    static void write(UserfaultMemory memory, long offset, int value, long length) {
        try {
            MemorySegment ignored = (MemorySegment) MEMSET.invokeExact(at(memory, offset), value, length);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static void read(UserfaultMemory memory, long offset, MemorySegment into) {
        try {
            MemorySegment ignored = (MemorySegment) MEMCPY.invokeExact(into, at(memory, offset), into.byteSize());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The kernel writes into the memory; what the call returned. */
    static long pread(int fd, UserfaultMemory memory, long offset, long length) {
        try {
            return (long) PREAD.invokeExact(fd, at(memory, offset), length, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Of any memory. */
    static void set(MemorySegment at, int value, long length) {
        try {
            MemorySegment ignored = (MemorySegment) MEMSET.invokeExact(at, value, length);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** As {@link #pread}, but what is wrong: errno, or 0. */
    static int preadErrno(int fd, UserfaultMemory memory, long offset, long length) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment state = scope.allocate(Linker.Option.captureStateLayout());
            long read = (long) PREAD_ERRNO.invokeExact(state, fd, at(memory, offset), length, 0L);
            return read < 0 ? state.get(ValueLayout.JAVA_INT, 0) : 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Makes a hole. */
    static void unmap(UserfaultMemory memory, long offset, long length) {
        try {
            assertThat((int) MUNMAP.invokeExact(at(memory, offset), length)).isZero();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Moves pages to where there is more room; the new address. */
    static long growElsewhere(UserfaultMemory memory, long offset, long length, long newLength) {
        try {
            return ((MemorySegment) MREMAP.invokeExact(at(memory, offset), length, newLength, MREMAP_MAYMOVE))
                    .address();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
