package org.quern.kapi.linux;

import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Relation;
import org.quern.kapi.struct.NumberField;
import org.quern.kapi.struct.StructSpec;

import static org.quern.kapi.Relation.Kind.SUM_DOES_NOT_WRAP;
import static org.quern.kapi.struct.FieldType.ADDR64;
import static org.quern.kapi.struct.FieldType.S64;
import static org.quern.kapi.struct.FieldType.U32;
import static org.quern.kapi.struct.FieldType.U64;
import static org.quern.kapi.struct.FieldType.U8;
import static org.quern.kapi.struct.StructSpec.struct;
import static org.quern.kapi.struct.Transfer.IN;
import static org.quern.kapi.struct.Transfer.INOUT;
import static org.quern.kapi.struct.Transfer.OUT;

/**
 * The structures of linux/userfaultfd.h. Result members are the last eight bytes: the kernel never reads them, and
 * leaves them alone if it refuses the arguments.
 */
public final class UserfaultLayouts {
    // Bits live here and not in Userfault, which is built on this class: the other way round would be a cycle.
    static final Constants REGISTER_MODES = Constants.none().and("MISSING", Userfault.REGISTER_MISSING)
            .and("WP", Userfault.REGISTER_WP).and("MINOR", Userfault.REGISTER_MINOR);
    private static final Constraint WHOLE_PAGES = new Constraint.PageMultiple();
    private static final Constraint NOT_ZERO = new Constraint.NonZero();
    private static final Constraint SIZE = new Constraint.Range(0, Long.MAX_VALUE);
    private static final Constraint DONTWAKE_OR_WP = new Constraint.Mask(
            Constants.none().and("DONTWAKE", Userfault.MODE_DONTWAKE).and("WP", Userfault.MODE_WP));
    private static final Constraint DONTWAKE_ONLY = new Constraint.Mask(
            Constants.none().and("DONTWAKE", Userfault.MODE_DONTWAKE));

    /** {@code struct uffdio_api}, of UFFDIO_API. */
    public static final StructSpec UFFDIO_API = struct("uffdio_api")
            .field("api", U64, INOUT, "version of the interface, 0xaa").must(new Constraint.Range(0xaa, 0xaa))
            .field("features", U64, INOUT, "features wanted; comes back with all that the kernel has")
            .field("ioctls", U64, OUT, "bit n is set if command n works on the descriptor").end();

    /** {@code struct uffdio_range}, of UFFDIO_UNREGISTER and UFFDIO_WAKE. */
    public static final StructSpec UFFDIO_RANGE = struct("uffdio_range")
            .field("start", ADDR64, IN, "where the range begins").must(WHOLE_PAGES)
            .field("len", U64, IN, "bytes").must(SIZE).must(NOT_ZERO).must(WHOLE_PAGES)
            .relation(new Relation.Known(SUM_DOES_NOT_WRAP, "start", "len")).end();

    /** {@code struct uffdio_register}. */
    public static final StructSpec UFFDIO_REGISTER = struct("uffdio_register")
            .nested("range", UFFDIO_RANGE, IN, "what is registered")
            .field("mode", U64, IN, "which faults are reported").must(NOT_ZERO)
            .must(new Constraint.Mask(REGISTER_MODES))
            .field("ioctls", U64, OUT, "bit n is set if command n works on the range").end();

    /** {@code struct uffdio_copy}. */
    public static final StructSpec UFFDIO_COPY = struct("uffdio_copy")
            .field("dst", ADDR64, IN, "the missing pages").must(WHOLE_PAGES)
            .field("src", ADDR64, IN, "their content; need not be aligned")
            .field("len", U64, IN, "bytes").must(SIZE).must(NOT_ZERO).must(WHOLE_PAGES)
            .field("mode", U64, IN, "bits").must(DONTWAKE_OR_WP)
            .field("copy", S64, OUT, "bytes done, or -errno if none was")
            .relation(new Relation.Known(SUM_DOES_NOT_WRAP, "dst", "len")).end();

    /** {@code struct uffdio_zeropage}. */
    public static final StructSpec UFFDIO_ZEROPAGE = struct("uffdio_zeropage")
            .nested("range", UFFDIO_RANGE, IN, "the missing pages")
            .field("mode", U64, IN, "bits").must(DONTWAKE_ONLY)
            .field("zeropage", S64, OUT, "bytes done, or -errno if none was").end();

    /** {@code struct uffdio_continue}. */
    public static final StructSpec UFFDIO_CONTINUE = struct("uffdio_continue")
            .nested("range", UFFDIO_RANGE, IN, "pages that the file has and the page table has not")
            .field("mode", U64, IN, "bits").must(DONTWAKE_OR_WP)
            .field("mapped", S64, OUT, "bytes done, or -errno if none was").end();

    /** {@code struct uffdio_poison}. */
    public static final StructSpec UFFDIO_POISON = struct("uffdio_poison")
            .nested("range", UFFDIO_RANGE, IN, "the missing pages")
            .field("mode", U64, IN, "bits").must(DONTWAKE_ONLY)
            .field("updated", S64, OUT, "bytes done, or -errno if none was").end();

    /** {@code struct uffdio_move}. */
    public static final StructSpec UFFDIO_MOVE = struct("uffdio_move")
            .field("dst", ADDR64, IN, "the missing pages").must(WHOLE_PAGES)
            .field("src", ADDR64, IN, "the pages to move there").must(WHOLE_PAGES)
            .field("len", U64, IN, "bytes").must(SIZE).must(NOT_ZERO).must(WHOLE_PAGES)
            .field("mode", U64, IN, "bits")
            .must(new Constraint.Mask(Constants.none().and("DONTWAKE", Userfault.MODE_DONTWAKE)
                    .and("ALLOW_SRC_HOLES", Userfault.MODE_ALLOW_SRC_HOLES)))
            .field("move", S64, OUT, "bytes done, or -errno if none was")
            .relation(new Relation.Known(SUM_DOES_NOT_WRAP, "dst", "len")).end();

    /** {@code struct uffdio_writeprotect}. */
    public static final StructSpec UFFDIO_WRITEPROTECT = struct("uffdio_writeprotect")
            .nested("range", UFFDIO_RANGE, IN, "the pages")
            .field("mode", U64, IN, "WP to protect, 0 to lift it and wake, DONTWAKE to lift it only")
            .must(new Constraint.Mask(Constants.none().and("WP", Userfault.WRITEPROTECT_WP).and("DONTWAKE",
                    Userfault.WRITEPROTECT_DONTWAKE)))
            .must(new Constraint.Custom(m -> m != (Userfault.WRITEPROTECT_WP | Userfault.WRITEPROTECT_DONTWAKE),
                    "without WP and DONTWAKE together"))
            .end();

    private static final StructSpec PAGEFAULT = struct("pagefault")
            .field("flags", U64, OUT, "WRITE 1, WP 2, MINOR 4")
            .field("address", ADDR64, OUT, "where the access went; a page, unless EXACT_ADDRESS is on")
            .field("ptid", U32, OUT, "the thread, if THREAD_ID is on").reserved("reserved", 4).end();
    private static final StructSpec FORK = struct("fork").field("ufd", U32, OUT, "descriptor for the child").end();
    private static final StructSpec REMAP = struct("remap").field("from", ADDR64, OUT, "old place")
            .field("to", ADDR64, OUT, "new place").field("len", U64, OUT, "bytes").end();
    private static final StructSpec REMOVE = struct("remove").field("start", ADDR64, OUT, "where the range begins")
            .field("end", ADDR64, OUT, "where it ends, exclusive").end();
    private static final StructSpec ANY = struct("reserved").field("reserved1", U64, OUT, "unused")
            .field("reserved2", U64, OUT, "unused").field("reserved3", U64, OUT, "unused").end();

    /** {@code struct uffd_msg}, what read(2) returns; C packs it, which changes no offset. */
    public static final StructSpec UFFD_MSG = struct("uffd_msg").packed().field("event", U8, OUT, "what happened")
            .reserved("reserved1", 1).reserved("reserved2", 2).reserved("reserved3", 4)
            .union("arg", OUT, "by event", PAGEFAULT, FORK, REMAP, REMOVE, ANY).end();

    /** Kind of a message. */
    public static final NumberField MSG_EVENT = UFFD_MSG.number("event");
    /** Kind of access of a page fault. */
    public static final NumberField MSG_FLAGS = UFFD_MSG.number("arg.pagefault.flags");
    /** Place of a page fault. */
    public static final NumberField MSG_ADDRESS = UFFD_MSG.number("arg.pagefault.address");
    /** Thread of a page fault. */
    public static final NumberField MSG_THREAD = UFFD_MSG.number("arg.pagefault.ptid");
    /** Descriptor for the child of a fork. */
    public static final NumberField MSG_FORK = UFFD_MSG.number("arg.fork.ufd");
    /** Old place of a remap. */
    public static final NumberField MSG_FROM = UFFD_MSG.number("arg.remap.from");
    /** New place of a remap. */
    public static final NumberField MSG_TO = UFFD_MSG.number("arg.remap.to");
    /** Bytes of a remap. */
    public static final NumberField MSG_LENGTH = UFFD_MSG.number("arg.remap.len");
    /** Start of a removed or unmapped range. */
    public static final NumberField MSG_START = UFFD_MSG.number("arg.remove.start");
    /** End of a removed or unmapped range. */
    public static final NumberField MSG_END = UFFD_MSG.number("arg.remove.end");

    private UserfaultLayouts() {}
}
