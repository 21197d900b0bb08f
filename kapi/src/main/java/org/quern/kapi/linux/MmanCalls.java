package org.quern.kapi.linux;

import java.util.function.Consumer;

import org.quern.kapi.Arguments;
import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Capability;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Param;
import org.quern.kapi.Result;

import static org.quern.kapi.Effect.Bit.ALLOC_MEMORY;
import static org.quern.kapi.Effect.Bit.FILESYSTEM;
import static org.quern.kapi.Effect.Bit.FREE_MEMORY;
import static org.quern.kapi.Effect.Bit.IRREVERSIBLE;
import static org.quern.kapi.Effect.Bit.MODIFY_STATE;
import static org.quern.kapi.Errno.EACCES;
import static org.quern.kapi.Errno.EAGAIN;
import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EBUSY;
import static org.quern.kapi.Errno.EEXIST;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EHWPOISON;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.ENFILE;
import static org.quern.kapi.Errno.ENODEV;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.EOPNOTSUPP;
import static org.quern.kapi.Errno.EOVERFLOW;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Relation.Kind.SUM_DOES_NOT_WRAP;

/** The declarations of {@link Mman}, which makes the calls. */
final class MmanCalls {
    private static final Constants PROT = Constants.none().and("PROT_NONE", Mman.PROT_NONE)
            .and("PROT_READ", Mman.PROT_READ).and("PROT_WRITE", Mman.PROT_WRITE).and("PROT_EXEC", Mman.PROT_EXEC);
    private static final Constants MAP = Constants.none().and("MAP_SHARED_VALIDATE", Mman.MAP_SHARED_VALIDATE)
            .and("MAP_SHARED", Mman.MAP_SHARED).and("MAP_PRIVATE", Mman.MAP_PRIVATE).and("MAP_FIXED", Mman.MAP_FIXED)
            .and("MAP_ANONYMOUS", Mman.MAP_ANONYMOUS).and("MAP_LOCKED", Mman.MAP_LOCKED)
            .and("MAP_NORESERVE", Mman.MAP_NORESERVE).and("MAP_POPULATE", Mman.MAP_POPULATE)
            .and("MAP_HUGETLB", Mman.MAP_HUGETLB).and("MAP_FIXED_NOREPLACE", Mman.MAP_FIXED_NOREPLACE);
    private static final Constants MADV = Constants.none().and("MADV_NORMAL", Mman.MADV_NORMAL)
            .and("MADV_RANDOM", Mman.MADV_RANDOM).and("MADV_SEQUENTIAL", Mman.MADV_SEQUENTIAL)
            .and("MADV_WILLNEED", Mman.MADV_WILLNEED).and("MADV_DONTNEED", Mman.MADV_DONTNEED)
            .and("MADV_FREE", Mman.MADV_FREE).and("MADV_REMOVE", Mman.MADV_REMOVE)
            .and("MADV_DONTFORK", Mman.MADV_DONTFORK).and("MADV_HUGEPAGE", Mman.MADV_HUGEPAGE)
            .and("MADV_NOHUGEPAGE", Mman.MADV_NOHUGEPAGE).and("MADV_COLD", Mman.MADV_COLD)
            .and("MADV_PAGEOUT", Mman.MADV_PAGEOUT).and("MADV_POPULATE_READ", Mman.MADV_POPULATE_READ)
            .and("MADV_POPULATE_WRITE", Mman.MADV_POPULATE_WRITE)
            .and("MADV_DONTNEED_LOCKED", Mman.MADV_DONTNEED_LOCKED).and("MADV_COLLAPSE", Mman.MADV_COLLAPSE)
            .and("MADV_GUARD_INSTALL", Mman.MADV_GUARD_INSTALL).and("MADV_GUARD_REMOVE", Mman.MADV_GUARD_REMOVE);

    private static final Constraint WHOLE_PAGES = new Constraint.PageMultiple();
    private static final Constraint NOT_ZERO = new Constraint.NonZero();
    private static final Constraint ONE_SHARING = new Constraint.Custom(f -> (f & Mman.MAP_SHARED_VALIDATE) != 0,
            "with one of MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE");
    private static final String MAP_COUNT = "the process has its limit of mappings (vm.max_map_count)";

    static final CallSpec MMAP = CallSpec
            .call("mmap", "Linux 1.0", "Map a file or fresh memory into the address space.")
            .param(Param.address("addr").says("a hint, or with MAP_FIXED the place itself; 0 lets the kernel choose"))
            .param(Param.size("length").must(NOT_ZERO).says("bytes, rounded up to pages"))
            .param(Param.flags("prot", CType.INT, PROT).says("access"))
            .param(Param.flags("flags", CType.INT, MAP).must(ONE_SHARING).says("sharing kind and options"))
            .param(Param.number("fd", CType.INT).must(new Constraint.Range(-1, Integer.MAX_VALUE))
                    .says("the file, -1 for anonymous memory"))
            .param(Param.offset("offset").must(WHOLE_PAGES).says("where in the file"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "length is 0", a -> a.number("length") == 0).provoke("mmap-empty")
            .error(EINVAL, "no sharing kind is given", a -> (a.number("flags") & Mman.MAP_SHARED_VALIDATE) == 0)
            .provoke("mmap-no-sharing")
            .error(EINVAL, "offset is not a multiple of the page size", a -> offPage(a, "offset"))
            .provoke("mmap-unaligned-offset")
            .error(EINVAL, "the fixed address is not a multiple of the page size", a -> offPage(a, "addr"))
            .provoke("mmap-unaligned-address")
            .error(EINVAL, "huge pages of a size that the system does not have").provoke("mmap-huge-size")
            .error(EBADF, "fd is not open", MmanCalls::ofFile).provoke("mmap-bad-fd")
            .error(ENOMEM, "no room in the address space").provoke("mmap-too-large")
            .error(ENOMEM, "the fixed address is beyond the address space").provoke("mmap-beyond")
            .error(ENOMEM, "a limit on memory (RLIMIT_AS, RLIMIT_DATA, overcommit, huge pages)")
            .provoke("mmap-limit")
            .error(ENOMEM, MAP_COUNT).provoke("mmap-map-count")
            .error(EEXIST, "something is mapped there already",
                    a -> (a.number("flags") & Mman.MAP_FIXED_NOREPLACE) != 0)
            .provoke("mmap-occupied")
            .error(EACCES, "shared and writable, of a file that is open for reading only", MmanCalls::ofFile)
            .provoke("mmap-read-only")
            .error(ENODEV, "this kind of file cannot be mapped", MmanCalls::ofFile).provoke("mmap-pipe")
            .error(EPERM, "executable, of a file on a file system without programs", MmanCalls::ofFile)
            .provoke("mmap-no-exec")
            .error(EPERM, "shared and writable, of a file sealed against writing", MmanCalls::ofFile)
            .provoke("mmap-sealed")
            .error(EPERM, "unprivileged and the fixed address is below the lowest one allowed (vm.mmap_min_addr)")
            .provoke("mmap-low-address")
            .error(EPERM, "MAP_FIXED over a sealed mapping").provoke("mmap-over-sealed")
            .error(EAGAIN, "unprivileged and more locked memory than allowed",
                    a -> (a.number("flags") & Mman.MAP_LOCKED) != 0)
            .provoke("mmap-lock-limit")
            .error(ENFILE, "the system has its limit of files open")
            .untested("would disturb every process of the machine")
            .error(EOVERFLOW, "offset and length exceed what a file can have", MmanCalls::ofFile)
            .provoke("mmap-overflow")
            .error(EOPNOTSUPP, "a flag that MAP_SHARED_VALIDATE does not know").provoke("mmap-unknown-flag")
            .with(Fragments.changesMappings())
            .effect(Effect.on("address space", "a mapping is added", MODIFY_STATE).undoable()
                    .leavesOnError("with MAP_FIXED, what was mapped there may be gone"))
            .effect(Effect.on("address space", "what was mapped there is silently replaced; prefer MAP_FIXED_NOREPLACE",
                    MODIFY_STATE, FREE_MEMORY, IRREVERSIBLE).when("MAP_FIXED"))
            .effect(Effect.on("physical pages", "allocated and filled", ALLOC_MEMORY).when("MAP_POPULATE, MAP_LOCKED")
                    .undoable())
            .capability(Capability.of("CAP_IPC_LOCK", 14, Capability.Action.BYPASS_CHECK,
                    "MAP_LOCKED beyond RLIMIT_MEMLOCK", "EAGAIN"))
            .capability(Capability.of("CAP_SYS_RAWIO", 17, Capability.Action.OVERRIDE_RESTRICTION,
                    "mapping below vm.mmap_min_addr", "EPERM"))
            .transition("range", "unmapped", "mapped").provoke("mmap-maps")
            .note("The kernel ignores unknown protection bits and, without MAP_SHARED_VALIDATE, unknown flags; they are "
                    + "refused here.")
            .note("Failure is -1, not 0: 0 is an address that privileged callers can be given.")
            .example("mmap(0, 1 << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)",
                    "reserves 64 GiB that cost nothing until touched")
            .returning(Result.address());

    // snippet: munmap
    static final CallSpec MUNMAP = CallSpec.call("munmap", "Linux 1.0", "Remove mappings from a range.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").must(NOT_ZERO).says("bytes, rounded up to pages"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "addr is not a multiple of the page size, or length is 0").provoke("munmap-unaligned")
            .error(EINVAL, "the range leaves the address space").provoke("munmap-beyond")
            .error(EINVAL, "the mapping may not be split there").provoke("munmap-split-huge")
            .error(ENOMEM, "splitting would exceed the limit of mappings").provoke("munmap-map-count")
            .error(EPERM, "a mapping in the range is sealed").provoke("munmap-sealed")
            .with(Fragments.changesMappings())
            .effect(Effect.on("range", "unmapped, its pages given back; later accesses are SIGSEGV",
                    MODIFY_STATE, FREE_MEMORY, IRREVERSIBLE))
            .transition("range", "mapped", "unmapped").provoke("munmap-unmaps")
            .note("Holes in the range are fine.")
            .returning(Result.zero());
    // end: munmap

    static final CallSpec MPROTECT = CallSpec.call("mprotect", "Linux 1.0", "Change the protection of a range.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").says("bytes, rounded up to pages; 0 succeeds without effect"))
            .param(Param.flags("prot", CType.INT, PROT).says("the new access"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "addr is not a multiple of the page size", a -> offPage(a, "addr"))
            .provoke("mprotect-unaligned")
            .error(EINVAL, "prot has an unknown bit").provoke("mprotect-unknown")
            .error(EINVAL, "prot grows both ways").provoke("mprotect-grows")
            .error(ENOMEM, "part of the range is not mapped").provoke("mprotect-gap")
            .error(ENOMEM, "the range wraps around").provoke("mprotect-wrap")
            .error(ENOMEM, "splitting would exceed the limit of mappings").provoke("mprotect-map-count")
            .error(EACCES, "more access than the file was opened for").provoke("mprotect-read-only")
            .error(EPERM, "a mapping in the range is sealed").provoke("mprotect-sealed")
            .with(Fragments.changesMappings())
            .effect(Effect.on("range", "has the new protection", MODIFY_STATE).undoable()
                    .leavesOnError("pages before a gap are changed, pages after it are not"))
            .transition("range", "readable and writable", "not accessible").provoke("mprotect-protects")
            .returning(Result.zero());

    static final CallSpec MADVISE = CallSpec.call("madvise", "Linux 2.4", "Say how a range will be used.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").says("bytes, rounded up to pages; 0 succeeds without effect"))
            .param(Param.choice("advice", CType.INT, MADV).says("what is advised"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "addr is not a multiple of the page size", a -> offPage(a, "addr"))
            .provoke("madvise-unaligned")
            .error(EINVAL, "the kernel does not know the advice").provoke("madvise-unknown")
            .error(EINVAL, "the range wraps around").provoke("madvise-wrap")
            .error(EINVAL, "the pages are locked", a -> advice(a, Mman.MADV_DONTNEED, Mman.MADV_GUARD_INSTALL))
            .provoke("madvise-locked")
            .error(EINVAL, "MADV_FREE on a mapping that is not private and anonymous",
                    a -> advice(a, Mman.MADV_FREE))
            .provoke("madvise-free-shared")
            .error(EINVAL, "populating a range without the permission", MmanCalls::populates)
            .provoke("madvise-populate-forbidden")
            .error(ENOMEM, "part of the range is not mapped; everything else is done, also behind the gap")
            .provoke("madvise-gap")
            .error(EACCES, "MADV_REMOVE on a mapping that is not shared and writable",
                    a -> advice(a, Mman.MADV_REMOVE))
            .provoke("madvise-remove-private")
            .error(EFAULT, "populating beyond the end of the file", MmanCalls::populates)
            .provoke("madvise-populate-beyond")
            .error(EAGAIN, "a resource is short for now").untested("depends on the load of the machine")
            .error(EBUSY, "a page is in use").untested("depends on the load of the machine")
            .error(EIO, "paging in failed").untested("needs a broken device")
            .error(EBADF, "MADV_WILLNEED and the mapping has no file", a -> advice(a, Mman.MADV_WILLNEED))
            .untested("kernels with swapping accept it")
            .error(EPERM, "the mapping is sealed").provoke("madvise-sealed")
            .error(EHWPOISON, "populating met a page with a hardware error", MmanCalls::populates)
            .untested("needs broken memory")
            .with(Fragments.readsMappings())
            .effect(Effect.on("range", "content dropped at once; anonymous memory reads as zeros afterwards",
                    MODIFY_STATE, FREE_MEMORY, IRREVERSIBLE).when("MADV_DONTNEED, MADV_DONTNEED_LOCKED")
                    .leavesOnError("done wherever something is mapped"))
            .effect(Effect.on("range", "content dropped when memory is short", MODIFY_STATE, FREE_MEMORY)
                    .when("MADV_FREE"))
            .effect(Effect.on("file", "a hole is punched", FILESYSTEM, FREE_MEMORY, IRREVERSIBLE).when("MADV_REMOVE"))
            .effect(Effect.on("physical pages", "allocated and filled", ALLOC_MEMORY)
                    .when("MADV_POPULATE_READ, MADV_POPULATE_WRITE").undoable()
                    .leavesOnError("pages before the one that fails are populated"))
            .transition("anonymous page", "present", "zero").provoke("madvise-drops")
            .transition("page", "absent", "present").provoke("madvise-populates")
            .transition("page", "accessible", "guard").provoke("madvise-guards")
            .returning(Result.zero());

    static final CallSpec MINCORE = CallSpec.call("mincore", "Linux 2.4", "Ask which pages of a range are resident.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").says("bytes, rounded up to pages"))
            .param(Param.memory("vec").out().must(new MemoryConstraint.SizedBy("length", 1, 4096))
                    .says("receives a byte for each page; bit 0 is set if it is resident"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "addr is not a multiple of the page size", a -> offPage(a, "addr"))
            .provoke("mincore-unaligned")
            .error(ENOMEM, "part of the range is not mapped").provoke("mincore-gap")
            .error(EFAULT, "vec is not writable memory").provoke("mincore-bad-vec")
            .error(EAGAIN, "the kernel has no memory for now").untested("the machine would have to be out of memory")
            .with(Fragments.readsMappings())
            .effect(Effect.on("vec", "filled in", MODIFY_STATE).leavesOnError("may be filled in partly"))
            .transition("page", "absent", "present").provoke("mincore-sees")
            .note("The answer may be stale when it arrives.")
            .note("Pages of a file that this process may not write are reported as resident.")
            .returning(Result.zero());

    private MmanCalls() {}

    private static boolean offPage(Arguments arguments, String param) {
        return (arguments.number(param) & (Unistd.pageSize() - 1)) != 0;
    }

    private static boolean ofFile(Arguments arguments) {
        return (arguments.number("flags") & Mman.MAP_ANONYMOUS) == 0;
    }

    private static boolean populates(Arguments arguments) {
        return advice(arguments, Mman.MADV_POPULATE_READ, Mman.MADV_POPULATE_WRITE);
    }

    private static boolean advice(Arguments arguments, int... any) {
        for (int advice : any) {
            if (arguments.number("advice") == advice) {
                return true;
            }
        }
        return false;
    }

    /** A declaration of memory locking may hit the limit of mappings, too. */
    static Consumer<CallBuilder> maySplit(String recipe) {
        return b -> b.error(ENOMEM, "splitting would exceed the limit of mappings").provoke(recipe);
    }
}
