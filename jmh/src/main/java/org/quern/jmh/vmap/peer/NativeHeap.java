package org.quern.jmh.vmap.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * malloc and free of one native allocator, by downcall. Which one is chosen once for each process, before the first use,
 * so that the handles are constants: {@link #choose}.
 */
@SuppressWarnings("restricted") // benchmarks call other allocators; the library itself calls only what kapi declares
public final class NativeHeap {
    private static final Map<String, Library> LIBRARIES = Map.of("glibc", new Library("libc.so.6", "malloc", "free"),
            "jemalloc", new Library("libjemalloc.so.2", "malloc", "free"), "mimalloc",
            new Library("libmimalloc.so.2", "mi_malloc", "mi_free"), "tcmalloc",
            new Library("libtcmalloc_minimal.so.4", "tc_malloc", "tc_free"));

    private static volatile String chosen = "glibc";

    private NativeHeap() {}

    private record Library(String soname, String malloc, String free) {}

    /**
     * Chooses the allocator of this process.
     *
     * @param name one of glibc, jemalloc, mimalloc, tcmalloc; with {@code -normal} appended, by a normal downcall instead of
     *        a critical one
     * @throws IllegalStateException if this machine does not have it
     */
    public static void choose(String name) {
        chosen = name;
        if (Handles.MALLOC == null) {
            throw new IllegalStateException("skipped: " + name + " is not to be had on this machine: " + Handles.WHY
                    + " (jemalloc needs GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384 in the environment)");
        }
    }

    /** Constants, once {@link #choose} has been called. */
    private static final class Handles {
        static final MethodHandle MALLOC;
        static final MethodHandle FREE;
        static final String WHY;

        static {
            boolean normal = chosen.endsWith("-normal");
            Library library = LIBRARIES.get(chosen.replace("-normal", ""));
            Linker.Option[] options = normal
                    ? new Linker.Option[0]
                    : new Linker.Option[]{Linker.Option.critical(false)};
            MethodHandle malloc = null;
            MethodHandle free = null;
            String why = "";
            try {
                SymbolLookup symbols = SymbolLookup.libraryLookup(library.soname(), Arena.global());
                Linker linker = Linker.nativeLinker();
                malloc = linker.downcallHandle(symbols.find(library.malloc()).orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG), options);
                free = linker.downcallHandle(symbols.find(library.free()).orElseThrow(),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG), options);
            } catch (IllegalArgumentException e) {
                why = String.valueOf(e.getMessage());
            }
            MALLOC = malloc;
            FREE = free;
            WHY = why;
        }
    }

    /**
     * Allocates.
     *
     * @param bytes how many
     * @return the address
     */
    public static long malloc(long bytes) {
        try {
            return (long) Handles.MALLOC.invokeExact(bytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Frees.
     *
     * @param address what {@link #malloc} returned
     */
    public static void free(long address) {
        try {
            Handles.FREE.invokeExact(address);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * All memory, to touch what was allocated.
     *
     * @return a segment over every address
     */
    public static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
