package org.quern.kapi.ioctl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

import org.quern.kapi.Availability;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.bind.NativeCall;

/**
 * The one engine that makes commands of ioctl: zeroed argument, members checked, call, errno in band, answer where it is
 * defined. Feature code touches neither numbers nor raw memory.
 *
 * <p>
 * Keep it in a static final field. Thread-safe, as long as each thread has an argument of its own. The argument must be
 * off-heap: the collector may move the heap while a command blocks.
 *
 * <p>
 * {@code -Dquern.kapi.trace=true} writes every command with its members to the logger {@code org.quern.kapi.ioctl};
 * without it the trace costs nothing.
 *
 * @param command what is called
 * @param call its declaration, bound
 * @param handle of the bound call
 * @param rules of the argument's members; empty where the argument is a number, or checks are off
 */
@Operation(threads = Operation.Threads.ANY)
public record IoctlCall(IoctlCommand command, NativeCall call, MethodHandle handle, Optional<MemberRules> rules) {
    private static final boolean TRACE = Boolean.getBoolean("quern.kapi.trace");
    private static final boolean VALIDATE = !"false".equals(System.getProperty("quern.kapi.validate"));

    /**
     * Binds a command.
     *
     * @param caller who will make the call
     * @param command its number and argument
     * @param spec its declaration, by the command's linkage
     * @return the bound command; if the system does not have ioctl, one that answers why
     * @throws IllegalArgumentException if declaration and command do not belong together
     */
    public static IoctlCall bind(MethodHandles.Lookup caller, IoctlCommand command, CallSpec spec) {
        if (!spec.linkage().equals(command.linkage()) || !spec.name().equals(command.name())) {
            throw new IllegalArgumentException(
                    "spec=" + spec.name() + ": is linked by " + spec.linkage() + ", not as " + command.name());
        }
        NativeCall call = NativeCall.bind(caller, spec);
        Optional<MemberRules> rules = command.argument() instanceof Argument.Pointer pointer && VALIDATE
                ? Optional.of(MemberRules.of(pointer.struct()))
                : Optional.empty();
        return new IoctlCall(command, call, call.handle(), rules);
    }

    /**
     * An argument, all zeros but for its size where it has one.
     *
     * @param allocator off-heap
     * @return the memory
     * @throws IllegalStateException if the command takes a number
     */
    public MemorySegment argument(SegmentAllocator allocator) {
        if (command.argument() instanceof Argument.Pointer pointer) {
            return pointer.struct().allocate(allocator);
        }
        throw new IllegalStateException(command.name() + " takes " + command.argument());
    }

    /**
     * Makes the command. May block.
     *
     * @param fd a file of the right kind
     * @param argument as {@link #argument} gave it, filled in
     * @return the kernel's answer, 0 or more, or -errno
     * @throws org.quern.kapi.SpecViolationException if a member breaks a rule; the kernel was not asked
     */
    public long make(int fd, MemorySegment argument) {
        if (rules.isPresent()) {
            rules.get().check(command.name(), argument);
        }
        try {
            long result;
            do {
                result = (long) handle.invokeExact(fd, argument);
            } while (command.restartable() && result == -Errno.EINTR.number());
            if (TRACE) {
                trace(fd, show(argument), result);
            }
            return result;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Makes a command whose argument is a number.
     *
     * @param fd a file of the right kind
     * @param scalar the number
     * @return the kernel's answer, 0 or more, or -errno
     */
    public long make(int fd, long scalar) {
        try {
            long result = (long) handle.invokeExact(fd, scalar);
            if (TRACE) {
                trace(fd, Long.toString(scalar), result);
            }
            return result;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * The exception for a command that failed.
     *
     * @param result -errno
     * @param fd the file
     * @param argument the memory or number
     * @return the exception to throw
     */
    public KernelException failure(long result, int fd, Object argument) {
        return call.failure(result, fd, argument);
    }

    /**
     * Whether a file knows the command, by the answer to a call that is known to be right and to do nothing.
     *
     * @param result the answer: 0 or more, or -errno
     * @return PRESENT; ABSENT after ENOTTY, EINVAL and ENOSYS; NOT_PERMITTED after EPERM and EACCES; any other failure
     *         says that the kernel knows the command
     */
    public Availability judge(long result) {
        if (!call.availability().isPresent() || !Errno.isError(result)) {
            return call.availability();
        }
        Errno errno = Errno.fromNumber((int) -result);
        String answer = command.name() + " answers " + Errno.describe((int) -result);
        if (IoctlCommand.meansUnknown(errno) || errno == Errno.ENOSYS) {
            return new Availability(Availability.State.ABSENT, answer);
        }
        if (errno == Errno.EPERM || errno == Errno.EACCES) {
            return new Availability(Availability.State.NOT_PERMITTED, answer);
        }
        return new Availability(Availability.State.PRESENT, answer);
    }

    private String show(MemorySegment argument) {
        return command.argument() instanceof Argument.Pointer pointer && argument.byteSize() >= pointer.struct().size()
                ? pointer.struct().show(argument)
                : "0x" + Long.toHexString(argument.address());
    }

    private void trace(int fd, String argument, long result) {
        System.getLogger("org.quern.kapi.ioctl").log(System.Logger.Level.INFO, "{0}(fd={1}, {2}) = {3}",
                command.name(), Integer.toString(fd), argument,
                Errno.isError(result) ? Errno.describe((int) -result) : Long.toString(result));
    }
}
