package org.quern.kapi.linux;

import java.util.List;
import java.util.function.Consumer;

import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Capability;
import org.quern.kapi.Constants;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.ioctl.Argument;
import org.quern.kapi.ioctl.FileKind;
import org.quern.kapi.ioctl.IoctlCommand;
import org.quern.kapi.ioctl.IoctlNumber;
import org.quern.kapi.struct.StructSpec;

import static org.quern.kapi.Errno.EAGAIN;
import static org.quern.kapi.Errno.EBUSY;
import static org.quern.kapi.Errno.EEXIST;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.ENOENT;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.ESRCH;

/**
 * The commands of a userfaultfd descriptor and of /dev/userfaultfd: numbers and declarations. Source:
 * ioctl_userfaultfd(2).
 */
public final class UserfaultCommands {
    private static final int TYPE = 0xaa;
    private static final Constants NEW_FLAGS = Constants.none().and("UFFD_USER_MODE_ONLY", Userfault.USER_MODE_ONLY)
            .and("O_NONBLOCK", Fcntl.O_NONBLOCK).and("O_CLOEXEC", Fcntl.O_CLOEXEC);

    /** Number of UFFDIO_API. */
    public static final IoctlCommand API = ranged("UFFDIO_API", 0x3f, UserfaultLayouts.UFFDIO_API, 0xc018aa3fL);
    /** Number of UFFDIO_REGISTER. */
    public static final IoctlCommand REGISTER = ranged("UFFDIO_REGISTER", 0, UserfaultLayouts.UFFDIO_REGISTER,
            0xc020aa00L);
    /** Number of UFFDIO_UNREGISTER. */
    public static final IoctlCommand UNREGISTER = slip("UFFDIO_UNREGISTER", 1, 0x8010aa01L);
    /** Number of UFFDIO_WAKE. */
    public static final IoctlCommand WAKE = slip("UFFDIO_WAKE", 2, 0x8010aa02L);
    /** Number of UFFDIO_COPY. */
    public static final IoctlCommand COPY = filling("UFFDIO_COPY", 3, UserfaultLayouts.UFFDIO_COPY, 0xc028aa03L);
    /** Number of UFFDIO_ZEROPAGE. */
    public static final IoctlCommand ZEROPAGE = filling("UFFDIO_ZEROPAGE", 4, UserfaultLayouts.UFFDIO_ZEROPAGE,
            0xc020aa04L);
    /** Number of UFFDIO_MOVE. */
    public static final IoctlCommand MOVE = filling("UFFDIO_MOVE", 5, UserfaultLayouts.UFFDIO_MOVE, 0xc028aa05L);
    /** Number of UFFDIO_WRITEPROTECT: its direction says that something comes back, and nothing does. */
    public static final IoctlCommand WRITEPROTECT = IoctlCommand.miscoded("UFFDIO_WRITEPROTECT",
            IoctlNumber.iowr(TYPE, 6, UserfaultLayouts.UFFDIO_WRITEPROTECT),
            "encoded as read and write, though it only passes data in",
            new Argument.Pointer(UserfaultLayouts.UFFDIO_WRITEPROTECT), FileKind.USERFAULTFD).recorded(0xc018aa06L);
    /** Number of UFFDIO_CONTINUE. */
    public static final IoctlCommand CONTINUE = filling("UFFDIO_CONTINUE", 7, UserfaultLayouts.UFFDIO_CONTINUE,
            0xc020aa07L);
    /** Number of UFFDIO_POISON. */
    public static final IoctlCommand POISON = filling("UFFDIO_POISON", 8, UserfaultLayouts.UFFDIO_POISON, 0xc020aa08L);
    /** Number of USERFAULTFD_IOC_NEW, on the device. */
    public static final IoctlCommand NEW = IoctlCommand.plain("USERFAULTFD_IOC_NEW", IoctlNumber.io(TYPE, 0),
            new Argument.Scalar("flags of the descriptor"), FileKind.USERFAULTFD_DEVICE).recorded(0x0000aa00L);

    /** USERFAULTFD_IOC_NEW: a descriptor from the device. */
    public static final CallSpec USERFAULTFD_IOC_NEW = CallSpec
            .call("USERFAULTFD_IOC_NEW", "Linux 6.1", "Create a descriptor for faults, by permission of the device.")
            .via(NEW.linkage()).param(Param.fd("fd").says("/dev/userfaultfd"))
            .param(Param.flags("flags", CType.LONG, NEW_FLAGS).says("options of the new descriptor"))
            .error(EINVAL, "a flag is unknown").provoke("USERFAULTFD_IOC_NEW-flags")
            .error(EINVAL, "the device does not know the command").provoke("USERFAULTFD_IOC_NEW-unknown")
            .with(Fragments.needsOpenDescriptor("USERFAULTFD_IOC_NEW"))
            .error(Errno.ENOTTY, "fd is not the device").provoke("USERFAULTFD_IOC_NEW-not-device")
            .with(Fragments.opensDescriptor("USERFAULTFD_IOC_NEW")).with(Fragments.mayLackKernelMemory())
            .transition("descriptor", "free", "open").provoke("USERFAULTFD_IOC_NEW-opens")
            .note("Who may open the device may use it; no capability is needed.").returning(Result.fd());

    /** UFFDIO_API: the handshake. */
    public static final CallSpec UFFDIO_API = on(API, "Linux 4.3",
            "Agree on the version and switch features on; the first command on a descriptor, once.")
            .error(EINVAL, "the version, or a feature, is not one of this kernel's").provoke("UFFDIO_API-feature")
            .error(EINVAL, "the handshake was made already").provoke("UFFDIO_API-twice")
            .error(EPERM, "EVENT_FORK without CAP_SYS_PTRACE").provoke("UFFDIO_API-fork")
            .capability(Capability.of("CAP_SYS_PTRACE", 19, Capability.Action.GRANT_PERMISSION,
                    "following fork (EVENT_FORK)", "EPERM"))
            .effect(Effect.on("argument", "features comes back as all that the kernel has, not as the subset enabled",
                    Effect.Bit.MODIFY_STATE).leavesOnError("the structure is zeroed"))
            .transition("descriptor", "created", "enabled").provoke("UFFDIO_API-enables")
            .note("To learn the features, open a descriptor for the purpose: a second handshake is refused even if the "
                    + "first asked for nothing.")
            .note("WP_ASYNC switches WP_UNPOPULATED on.").returning(Result.zero());

    /** UFFDIO_REGISTER. */
    public static final CallSpec UFFDIO_REGISTER = on(REGISTER, "Linux 4.3",
            "Report faults of a range to the descriptor.")
            .error(EINVAL, "the range is not whole pages, is empty, or leaves the address space")
            .provoke("UFFDIO_REGISTER-unaligned")
            .error(EINVAL, "mode is 0 or unknown").provoke("UFFDIO_REGISTER-mode")
            .error(EINVAL, "nothing is mapped in the range").provoke("UFFDIO_REGISTER-unmapped")
            .error(EINVAL, "a mapping in the range does not go with the mode").provoke("UFFDIO_REGISTER-file")
            .error(EINVAL, "the handshake was not made").provoke("UFFDIO_REGISTER-before-api")
            .error(EPERM, "a shared mapping of a file that this process may not write")
            .provoke("UFFDIO_REGISTER-read-only-file")
            .error(EBUSY, "another descriptor has part of the range").provoke("UFFDIO_REGISTER-busy")
            .error(ENOMEM, "the address space is gone").untested("the creator of the descriptor must have ended")
            .with(MmanCalls.maySplit("UFFDIO_REGISTER-map-count"))
            .with(Fragments.changesMappings())
            .effect(Effect.on("mappings", "registered; mappings that are there already get the new mode; holes are "
                    + "skipped", Effect.Bit.MODIFY_STATE).undoable().leavesOnError("nothing is registered"))
            .transition("range", "not registered", "registered").provoke("UFFDIO_REGISTER-registers")
            .note("A Java thread that faults in a range whose handler is a Java thread of the same JVM deadlocks it at "
                    + "the next safepoint.")
            .returning(Result.zero());

    /** UFFDIO_UNREGISTER. */
    public static final CallSpec UFFDIO_UNREGISTER = on(UNREGISTER, "Linux 4.3",
            "Report faults of a range no longer.")
            .error(EINVAL, "the range is not whole pages, is empty, or leaves the address space")
            .provoke("UFFDIO_UNREGISTER-unaligned")
            .error(EINVAL, "nothing is mapped in the range").provoke("UFFDIO_UNREGISTER-unmapped")
            .error(EINVAL, "another descriptor has the range; older kernels unregister it silently")
            .provoke("UFFDIO_UNREGISTER-foreign")
            .error(ENOMEM, "the address space is gone").untested("the creator of the descriptor must have ended")
            .with(MmanCalls.maySplit("UFFDIO_UNREGISTER-map-count"))
            .with(Fragments.changesMappings())
            .effect(Effect.on("waiting threads", "woken; they fault again, now ordinarily", Effect.Bit.SCHEDULE))
            .effect(Effect.on("mappings", "no longer registered; write protection is lifted",
                    Effect.Bit.MODIFY_STATE).undoable())
            .transition("range", "registered", "not registered").provoke("UFFDIO_UNREGISTER-unregisters")
            .note("A range that is mapped and was never registered is fine.").returning(Result.zero());

    /** UFFDIO_WAKE. */
    public static final CallSpec UFFDIO_WAKE = on(WAKE, "Linux 4.3",
            "Wake the threads that wait on a range, resolved or not.")
            .error(EINVAL, "the range is not whole pages, is empty, or leaves the address space")
            .provoke("UFFDIO_WAKE-unaligned")
            .effect(Effect.on("waiting threads", "woken; a page that is still missing faults again, with a new message",
                    Effect.Bit.SCHEDULE))
            .note("The range may hold memory that is not registered, or not mapped.").returning(Result.zero());

    /** UFFDIO_COPY. */
    public static final CallSpec UFFDIO_COPY = on(COPY, "Linux 4.3", "Fill missing pages with a copy, atomically each.")
            .with(fills("UFFDIO_COPY"))
            .error(EFAULT, "src is not readable, or lies beyond the end of its file").provoke("UFFDIO_COPY-bad-source")
            .error(EINVAL, "WP on a range that is not registered for it").provoke("UFFDIO_COPY-wp")
            .transition("page", "missing", "present").provoke("UFFDIO_COPY-fills")
            .note("src need not be aligned; a range of it that is registered with the same descriptor can block for ever.")
            .returning(Result.zero());

    /** UFFDIO_ZEROPAGE. */
    public static final CallSpec UFFDIO_ZEROPAGE = on(ZEROPAGE, "Linux 4.3", "Fill missing pages with zeros.")
            .with(fills("UFFDIO_ZEROPAGE"))
            .error(EINVAL, "the range is of huge pages").untested("needs huge pages set aside")
            .transition("page", "missing", "zero").provoke("UFFDIO_ZEROPAGE-fills").returning(Result.zero());

    /** UFFDIO_CONTINUE. */
    public static final CallSpec UFFDIO_CONTINUE = on(CONTINUE, "Linux 5.13",
            "Map pages that the file has and the page table has not.")
            .with(fills("UFFDIO_CONTINUE"))
            .error(EFAULT, "the file does not have the page").provoke("UFFDIO_CONTINUE-no-page")
            .error(EINVAL, "the mapping has no minor faults, or the range is beyond the end of the file")
            .provoke("UFFDIO_CONTINUE-anonymous")
            .transition("page", "in the file only", "mapped").provoke("UFFDIO_CONTINUE-maps").returning(Result.zero());

    /** UFFDIO_POISON. */
    public static final CallSpec UFFDIO_POISON = on(POISON, "Linux 6.6", "Let every access to missing pages fail.")
            .with(fills("UFFDIO_POISON"))
            .effect("An access is a SIGBUS, a system call's EFAULT; MADV_DONTNEED or unmapping ends it.")
            .transition("page", "missing", "poisoned").provoke("UFFDIO_POISON-poisons").returning(Result.zero());

    /** UFFDIO_MOVE. */
    public static final CallSpec UFFDIO_MOVE = on(MOVE, "Linux 6.8",
            "Fill missing pages by moving others there, without a copy.")
            .with(fills("UFFDIO_MOVE"))
            .error(EBUSY, "a page is pinned or shared with another process, as after a fork")
            .untested("needs a fork, which a JVM does not survive")
            .error(ENOENT, "src has a hole, and ALLOW_SRC_HOLES is not given").provoke("UFFDIO_MOVE-hole")
            .error(EINVAL, "a range is shared, protected, locked otherwise than the other, or special")
            .provoke("UFFDIO_MOVE-shared")
            .error(Errno.EDEADLK, "the pages are being moved by others").untested("a race in the kernel")
            .effect(Effect.on("src", "becomes a hole", Effect.Bit.MODIFY_STATE)
                    .leavesOnError("the pages moved before stay moved"))
            .transition("page", "at src", "at dst").provoke("UFFDIO_MOVE-moves").returning(Result.zero());

    /** UFFDIO_WRITEPROTECT. */
    public static final CallSpec UFFDIO_WRITEPROTECT = on(WRITEPROTECT, "Linux 5.7",
            "Protect a range against writing, or lift the protection.")
            .error(EINVAL, "the range is not whole pages, is empty, or leaves the address space")
            .provoke("UFFDIO_WRITEPROTECT-unaligned")
            .error(EINVAL, "mode is unknown, or WP and DONTWAKE together").provoke("UFFDIO_WRITEPROTECT-mode")
            .error(ENOENT, "a mapping in the range is not registered for write protection, or nothing is mapped")
            .provoke("UFFDIO_WRITEPROTECT-unregistered")
            .error(EAGAIN, "the mappings are changing: an event is unread").provoke("UFFDIO_WRITEPROTECT-changing")
            .error(ESRCH, "the address space is gone").untested("the creator of the descriptor must have ended")
            .with(Fragments.readsMappings())
            .effect(Effect.on("range", "protected, or unprotected and its waiting threads woken",
                    Effect.Bit.MODIFY_STATE).undoable().leavesOnError("mappings before the one that fails are changed"))
            .transition("page", "writable", "write-protected").provoke("UFFDIO_WRITEPROTECT-protects")
            .note("Anonymous memory without WP_UNPOPULATED forgets the protection of a page that was never touched.")
            .returning(Result.zero());

    /** All of them, the device's first. */
    static final List<CallSpec> ALL = List.of(USERFAULTFD_IOC_NEW, UFFDIO_API, UFFDIO_REGISTER, UFFDIO_UNREGISTER,
            UFFDIO_WAKE, UFFDIO_COPY, UFFDIO_ZEROPAGE, UFFDIO_CONTINUE, UFFDIO_POISON, UFFDIO_MOVE,
            UFFDIO_WRITEPROTECT);
    /** The numbers, in the same order. */
    static final List<IoctlCommand> COMMANDS = List.of(NEW, API, REGISTER, UNREGISTER, WAKE, COPY, ZEROPAGE, CONTINUE,
            POISON, MOVE, WRITEPROTECT);

    private UserfaultCommands() {}

    private static IoctlCommand ranged(String name, int nr, StructSpec struct, long recorded) {
        return IoctlCommand.on(name, IoctlNumber.iowr(TYPE, nr, struct), struct, FileKind.USERFAULTFD)
                .recorded(recorded);
    }

    /** The commands that fill pages answer with their progress also when they fail, unless the arguments are refused. */
    private static IoctlCommand filling(String name, int nr, StructSpec struct, long recorded) {
        return ranged(name, nr, struct, recorded).answersOn(EAGAIN, EEXIST, ENOENT, ENOMEM, ESRCH, EBUSY, Errno.EINTR);
    }

    private static IoctlCommand slip(String name, int nr, long recorded) {
        return IoctlCommand.miscoded(name, IoctlNumber.ior(TYPE, nr, UserfaultLayouts.UFFDIO_RANGE),
                "encoded as read, though it only passes data in", new Argument.Pointer(UserfaultLayouts.UFFDIO_RANGE),
                FileKind.USERFAULTFD).recorded(recorded);
    }

    private static CallBuilder on(IoctlCommand command, String since, String summary) {
        StructSpec struct = ((Argument.Pointer) command.argument()).struct();
        String name = command.name();
        return CallSpec.call(name, since, summary).via(command.linkage())
                .param(Param.fd("fd").says("a userfaultfd descriptor"))
                .param(Param.struct("argument", struct).says("struct " + struct.name())).structure(struct)
                .with(Fragments.needsOpenDescriptor(name))
                .error(EFAULT, "argument is not readable and writable memory").provoke(name + "-bad-pointer")
                .error(Errno.ENOTTY, "fd is not a userfaultfd descriptor").provoke(name + "-other-file");
    }

    /** What the commands have in common that put pages where none are. */
    private static Consumer<CallBuilder> fills(String name) {
        return b -> b
                .error(EINVAL, "the range is not whole pages, is empty, leaves the address space, or mode is unknown")
                .provoke(name + "-unaligned")
                .error(EEXIST, "a page is there already; the threads that wait for it are not woken")
                .provoke(name + "-exists")
                .error(name.equals("UFFDIO_MOVE") ? EINVAL : ENOENT, "the range is not inside one registered mapping")
                .provoke(name + "-unregistered")
                .error(EAGAIN,
                        "part is done: the result member says how much; go on behind it, and see what stopped it")
                .provoke(name + "-partial")
                .error(EAGAIN, "nothing is done, the mappings are changing: an event is unread; try again")
                .provoke(name + "-changing")
                .error(ENOMEM, "no memory for the pages").untested("the machine would have to be out of memory")
                .error(ESRCH, "the address space is gone").untested("the creator of the descriptor must have ended")
                .with(Fragments.fatalSignalInterrupts()).with(Fragments.readsMappings())
                .effect(Effect.on("pages", "filled, each at once for every observer", Effect.Bit.ALLOC_MEMORY,
                        Effect.Bit.MODIFY_STATE).undoable()
                        .leavesOnError("pages before the one that fails are filled, their threads woken"))
                .effect(Effect.on("waiting threads", "woken", Effect.Bit.SCHEDULE).when("without DONTWAKE"));
    }
}
