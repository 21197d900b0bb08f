package org.quern.kapi.conformance;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.quern.kapi.Linkage;
import org.quern.kapi.linux.PagemapLayouts;
import org.quern.kapi.linux.PagemapScan;
import org.quern.kapi.linux.Userfault;

import static org.quern.kapi.conformance.Kernel.BAD;
import static org.quern.kapi.conformance.Kernel.NO_FD;
import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Recipe.anyone;

/** PAGEMAP_SCAN. */
final class PagemapRecipes {
    private static final int PROTECT = PagemapScan.PM_SCAN_WP_MATCHING | PagemapScan.PM_SCAN_CHECK_WPASYNC;

    private PagemapRecipes() {}

    static final List<Recipe> ALL = List.of(
            anyone("PAGEMAP_SCAN-bad-fd", k -> k.call(PagemapScan.PAGEMAP_SCAN, NO_FD, argument(k))),
            anyone("PAGEMAP_SCAN-size", k -> {
                long larger = scan(k, argument(k, "size", 104));
                expect(larger == scan(k, argument(k, "size", 95)), "neither larger nor smaller");
                return larger;
            }),
            anyone("PAGEMAP_SCAN-flags", k -> scan(k, argument(k, "flags", 4))),
            anyone("PAGEMAP_SCAN-category", k -> scan(k, argument(k, "return_mask", 1L << 40))),
            anyone("PAGEMAP_SCAN-unaligned", k -> scan(k, argument(k, "start", k.pages(1) + 1, "end", -1L >>> 20))),
            anyone("PAGEMAP_SCAN-no-vector", k -> scan(k, argument(k, "vec_len", 1))),
            anyone("PAGEMAP_SCAN-unknown", k -> k.call(Kernel.via(PagemapScan.PAGEMAP_SCAN, Linkage.ioctl(0xc060661fL)),
                    pagemap(k), argument(k))),
            anyone("PAGEMAP_SCAN-other-file", k -> k.call(PagemapScan.PAGEMAP_SCAN, k.memfd(0, PAGE), argument(k))),
            anyone("PAGEMAP_SCAN-bad-pointer", k -> k.call(PagemapScan.PAGEMAP_SCAN, pagemap(k), BAD)),
            anyone("PAGEMAP_SCAN-backwards", k -> {
                long address = k.pages(2);
                return scan(k, argument(k, "start", address + PAGE, "end", address));
            }),
            anyone("PAGEMAP_SCAN-bad-vector", k -> scan(k, argument(k, "vec", -4096L, "vec_len", 1))),
            anyone("PAGEMAP_SCAN-unregistered", k -> {
                long address = k.pages(1);
                return scan(k, argument(k, "start", address, "end", address + PAGE, "flags", PROTECT));
            }),
            anyone("PAGEMAP_SCAN-ended", k -> {
                Process process = new ProcessBuilder("sleep", "30").start();
                k.later(() -> process.destroyForcibly().waitFor());
                int fd = k.open("/proc/" + process.pid() + "/pagemap", 0);
                process.destroyForcibly().waitFor();
                needed();
                return k.call(PagemapScan.PAGEMAP_SCAN, fd, argument(k));
            }),
            anyone("PAGEMAP_SCAN-protects", k -> {
                needed();
                int fd = k.userfault(Userfault.FEATURE_WP_ASYNC | Userfault.FEATURE_PAGEFAULT_FLAG_WP);
                long address = k.pages(2);
                Kernel.writeByte(address, 1);
                Kernel.writeByte(address + PAGE, 1);
                Userfault.register(fd, address, 2L * PAGE, Userfault.REGISTER_WP);
                int pagemap = pagemap(k);
                MemorySegment vec = k.arena.allocate(24 * 4L);
                MemorySegment written = argument(k, "start", address, "end", address + 2 * PAGE, "flags", PROTECT,
                        "vec", vec.address(), "vec_len", 4, "category_mask", PagemapScan.PAGE_IS_WRITTEN,
                        "return_mask", PagemapScan.PAGE_IS_WRITTEN);
                expect(PagemapScan.scan(pagemap, written) == 1, "both pages, one region");
                expect(PagemapLayouts.REGION_END.get(vec, 0) == address + 2 * PAGE, "to the end");
                expect(PagemapScan.scan(pagemap, written) == 0, "protected: not written since");
                Kernel.writeByte(address + PAGE, 2);
                expect(PagemapScan.scan(pagemap, written) == 1, "the one page");
                expect(PagemapLayouts.REGION_START.get(vec, 0) == address + PAGE, "that was written");
                return 0;
            }));

    private static void needed() {
        if (!PagemapScan.availability().isPresent()) {
            throw new Recipe.Skip(PagemapScan.availability().reason());
        }
    }

    private static int pagemap(Kernel k) {
        return k.open("/proc/self/pagemap", 0);
    }

    private static MemorySegment argument(Kernel k, Object... pathsAndValues) {
        return k.struct(PagemapLayouts.PM_SCAN_ARG, pathsAndValues);
    }

    private static long scan(Kernel k, MemorySegment argument) throws Throwable {
        needed();
        return k.call(PagemapScan.PAGEMAP_SCAN, pagemap(k), argument);
    }
}
