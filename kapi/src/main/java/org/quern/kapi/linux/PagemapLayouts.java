package org.quern.kapi.linux;

import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Relation;
import org.quern.kapi.struct.NumberField;
import org.quern.kapi.struct.StructSpec;

import static org.quern.kapi.struct.FieldType.ADDR64;
import static org.quern.kapi.struct.FieldType.U32;
import static org.quern.kapi.struct.FieldType.U64;
import static org.quern.kapi.struct.StructSpec.struct;
import static org.quern.kapi.struct.Transfer.IN;
import static org.quern.kapi.struct.Transfer.INOUT;
import static org.quern.kapi.struct.Transfer.OUT;

/** The structures of the two commands on /proc/PID/pagemap and /proc/PID/maps, from linux/fs.h. */
public final class PagemapLayouts {
    // Bits live here and not in PagemapScan, which is built on this class: the other way round would be a cycle.
    static final Constants FLAG_BITS = Constants.none().and("PM_SCAN_WP_MATCHING", PagemapScan.PM_SCAN_WP_MATCHING)
            .and("PM_SCAN_CHECK_WPASYNC", PagemapScan.PM_SCAN_CHECK_WPASYNC);
    static final Constants CATEGORY_BITS = Constants.none().and("PAGE_IS_WPALLOWED", PagemapScan.PAGE_IS_WPALLOWED)
            .and("PAGE_IS_WRITTEN", PagemapScan.PAGE_IS_WRITTEN).and("PAGE_IS_FILE", PagemapScan.PAGE_IS_FILE)
            .and("PAGE_IS_PRESENT", PagemapScan.PAGE_IS_PRESENT).and("PAGE_IS_SWAPPED", PagemapScan.PAGE_IS_SWAPPED)
            .and("PAGE_IS_PFNZERO", PagemapScan.PAGE_IS_PFNZERO).and("PAGE_IS_HUGE", PagemapScan.PAGE_IS_HUGE)
            .and("PAGE_IS_SOFT_DIRTY", PagemapScan.PAGE_IS_SOFT_DIRTY).and("PAGE_IS_GUARD", PagemapScan.PAGE_IS_GUARD);
    private static final Constraint CATEGORIES = new Constraint.Mask(CATEGORY_BITS);

    /** {@code struct pm_scan_arg}, of PAGEMAP_SCAN. */
    public static final StructSpec PM_SCAN_ARG = struct("pm_scan_arg")
            .field("size", U64, IN, "bytes of this structure, exactly").must(new Constraint.Range(96, 96))
            .field("flags", U64, IN, "what is done to the pages").must(new Constraint.Mask(FLAG_BITS))
            .field("start", ADDR64, IN, "where the scan begins").must(new Constraint.PageMultiple())
            .field("end", ADDR64, IN, "where it ends, exclusive; rounded up to a page")
            .field("walk_end", ADDR64, OUT, "where it stopped")
            .field("vec", ADDR64, IN, "array of page_region, or 0")
            .field("vec_len", U64, IN, "elements of the array, not bytes")
            .must(new Constraint.Range(0, PagemapScan.VECTOR_MAX))
            .field("max_pages", U64, IN, "pages to report at most; 0 for no limit")
            .field("category_inverted", U64, IN, "categories to look at inverted").must(CATEGORIES)
            .field("category_mask", U64, IN, "all of these must be set").must(CATEGORIES)
            .field("category_anyof_mask", U64, IN, "one of these must be set, unless 0").must(CATEGORIES)
            .field("return_mask", U64, IN, "categories to report").must(CATEGORIES)
            .relation(new Relation.Known(Relation.Kind.AT_MOST, "start", "end"))
            .relation(new Relation.Custom("vec", "vec_len", (vec, length) -> vec != 0 || length == 0,
                    "vec must be an array where vec_len is not 0"))
            .end();

    /** {@code struct page_region}, an element of the array that PAGEMAP_SCAN fills in. */
    public static final StructSpec PAGE_REGION = struct("page_region")
            .field("start", ADDR64, OUT, "where the region begins")
            .field("end", ADDR64, OUT, "where it ends, exclusive")
            .field("categories", U64, OUT, "what its pages are, as far as asked").end();

    /** {@code struct procmap_query}, of PROCMAP_QUERY. */
    public static final StructSpec PROCMAP_QUERY = struct("procmap_query")
            .field("size", U64, IN, "bytes of this structure").must(new Constraint.Range(104, 104))
            .field("query_flags", U64, IN, "which mappings are looked for")
            .field("query_addr", ADDR64, IN, "where to look")
            .field("vma_start", ADDR64, OUT, "where the mapping begins")
            .field("vma_end", ADDR64, OUT, "where it ends, exclusive").field("vma_flags", U64, OUT, "its protection")
            .field("vma_page_size", U64, OUT, "bytes of its pages")
            .field("vma_offset", U64, OUT, "its place in the file")
            .field("inode", U64, OUT, "its file").field("dev_major", U32, OUT, "device of the file")
            .field("dev_minor", U32, OUT, "device of the file")
            .field("vma_name_size", U32, INOUT, "bytes for the name; comes back with its length")
            .field("build_id_size", U32, INOUT, "bytes for the build id; comes back with its length")
            .field("vma_name_addr", ADDR64, IN, "where the name goes, or 0")
            .field("build_id_addr", ADDR64, IN, "where the build id goes, or 0").end();

    /** What is done to the pages. */
    public static final NumberField FLAGS = PM_SCAN_ARG.number("flags");
    /** Where the scan begins. */
    public static final NumberField START = PM_SCAN_ARG.number("start");
    /** Where the scan ends. */
    public static final NumberField END = PM_SCAN_ARG.number("end");
    /** Where the scan stopped. */
    public static final NumberField WALK_END = PM_SCAN_ARG.number("walk_end");
    /** Array of regions. */
    public static final NumberField VEC = PM_SCAN_ARG.number("vec");
    /** Elements of the array. */
    public static final NumberField VEC_LEN = PM_SCAN_ARG.number("vec_len");
    /** Pages to report at most. */
    public static final NumberField MAX_PAGES = PM_SCAN_ARG.number("max_pages");
    /** Categories looked at inverted. */
    public static final NumberField CATEGORY_INVERTED = PM_SCAN_ARG.number("category_inverted");
    /** Categories of which all must be set. */
    public static final NumberField CATEGORY_MASK = PM_SCAN_ARG.number("category_mask");
    /** Categories of which one must be set. */
    public static final NumberField CATEGORY_ANYOF_MASK = PM_SCAN_ARG.number("category_anyof_mask");
    /** Categories to report. */
    public static final NumberField RETURN_MASK = PM_SCAN_ARG.number("return_mask");
    /** Where a region begins. */
    public static final NumberField REGION_START = PAGE_REGION.number("start");
    /** Where a region ends. */
    public static final NumberField REGION_END = PAGE_REGION.number("end");
    /** What the pages of a region are. */
    public static final NumberField REGION_CATEGORIES = PAGE_REGION.number("categories");

    private PagemapLayouts() {}
}
