package org.quern.kapi.linux;

import java.util.function.Consumer;

import org.quern.kapi.CallBuilder;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.Lock;
import org.quern.kapi.Signal;

/** Parts that many declarations have in common: the dull facts, said once. */
final class Fragments {
    private Fragments() {}

    /** A call that opens a descriptor can hit two limits; the recipe of the first is CALL/too-many. */
    static Consumer<CallBuilder> opensDescriptor(String call) {
        return b -> b.error(Errno.EMFILE, "the process has its limit of descriptors open (RLIMIT_NOFILE)")
                .provoke(call + "-too-many")
                .error(Errno.ENFILE, "the system has its limit of files open (fs.file-max)")
                .untested("would disturb every process of the machine")
                .effect(Effect.on("descriptor table", "the lowest free descriptor is taken",
                        Effect.Bit.RESOURCE_CREATE).undoable());
    }

    /** The recipe is CALL/bad-fd. */
    static Consumer<CallBuilder> needsOpenDescriptor(String call) {
        return b -> b.error(Errno.EBADF, "fd is not open").provoke(call + "-bad-fd");
    }

    /** A call that Linux has had for a while, but not for ever. */
    static Consumer<CallBuilder> mayBeMissing() {
        return b -> b.error(Errno.ENOSYS, "the kernel does not have the call, or a filter hides it")
                .untested("this kernel has the call");
    }

    /** A kernel that runs out of memory for its own tables. */
    static Consumer<CallBuilder> mayLackKernelMemory() {
        return b -> b.error(Errno.ENOMEM, "the kernel has no memory for its own tables")
                .untested("the machine would have to be out of memory");
    }

    /** A change of mappings excludes every other, and every fault. */
    static Consumer<CallBuilder> changesMappings() {
        return b -> b.lock(Lock.writes("mmap_lock").says("of the address space; faults of other threads wait"));
    }

    /** A look at the mappings excludes changes of them. */
    static Consumer<CallBuilder> readsMappings() {
        return b -> b.lock(Lock.reads("mmap_lock").says("of the address space; faults of other threads go on"));
    }

    /** Only a signal that kills anyway ends the call early. */
    static Consumer<CallBuilder> fatalSignalInterrupts() {
        return b -> b.error(Errno.EINTR, "a fatal signal arrived before completion")
                .untested("the process does not live to see it")
                .signal(Signal.interrupts("fatal signals only", Errno.EINTR));
    }

    /** Any signal with a handler ends the wait. */
    static Consumer<CallBuilder> anySignalInterrupts() {
        return b -> b.error(Errno.EINTR, "a signal arrived while waiting")
                .untested("the JVM owns the signal handlers; they restart calls")
                .signal(Signal.interrupts("any signal with a handler", Errno.EINTR));
    }
}
