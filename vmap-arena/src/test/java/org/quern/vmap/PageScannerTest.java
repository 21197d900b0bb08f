package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.kapi.linux.Mman;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quern.vmap.PageCategory.FILE;
import static org.quern.vmap.PageCategory.GUARD;
import static org.quern.vmap.PageCategory.HUGE;
import static org.quern.vmap.PageCategory.PFNZERO;
import static org.quern.vmap.PageCategory.PRESENT;
import static org.quern.vmap.PageCategory.SWAPPED;
import static org.quern.vmap.PageCategory.WPALLOWED;
import static org.quern.vmap.PageCategory.WRITTEN;

class PageScannerTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final PageScan PRESENT_PAGES = PageScan.of(Selection.ALL.requiring(PRESENT.bit()))
            .showing(PRESENT);

    private final PageRegions regions = PageRegions.ofCapacity(512);

    @BeforeEach
    void needsTheSystemCall() {
        assumeTrue(PageScanner.availability().isPresent(), PageScanner.availability().reason());
    }

    private static void touch(MemorySegment memory, long page) {
        memory.set(ValueLayout.JAVA_BYTE, page * PAGE, (byte) 1);
    }

    private static MemorySegment pages(VmapArena arena, long count) {
        return arena.segment(arena.allocatePages(count));
    }

    /** Regions as "start+count", in pages. */
    private static String shape(PageRegions regions) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < regions.count(); i++) {
            all.add(regions.offset(i) / PAGE + "+" + regions.bytes(i) / PAGE);
        }
        return String.join(" ", all);
    }

    @Test
    void tellsWhatHappenedToAPage() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 8);
            touch(memory, 1);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 2 * PAGE)).isZero();
            touch(memory, 3);
            // Safe because page 3 belongs to the range, which is not freed before the end.
            Mman.madvise(memory.address() + 3 * PAGE, PAGE, Mman.MADV_DONTNEED);
            assertThat(categories(memory, 1)).contains(PRESENT, WRITTEN).doesNotContain(PFNZERO, FILE, WPALLOWED);
            assertThat(categories(memory, 2)).contains(PRESENT, PFNZERO);
            assertThat(categories(memory, 3)).doesNotContain(PRESENT, SWAPPED);
            assertThat(categories(memory, 0)).doesNotContain(PRESENT, SWAPPED);
        }
    }

    private static Set<PageCategory> categories(MemorySegment memory, long page) {
        PageScan all = PageScan.of(Selection.ALL)
                .showing(PageScanner.knownCategories().toArray(new PageCategory[0]));
        PageRegions one = PageRegions.ofCapacity(4);
        PageScanner.of(memory).scan(all, page * PAGE, (page + 1) * PAGE, one);
        assertThat(one.count()).isEqualTo(1);
        return PageCategory.of(one.categories(0));
    }

    @Test
    void tellsHugePages() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(64L << 20).on(BackEnd.LINUX).hugePages(true))) {
            MemorySegment memory = pages(arena, (8L << 20) / PAGE);
            touch(memory, 0);
            touch(memory, (4L << 20) / PAGE);
            PageScanner scanner = PageScanner.of(memory);
            assumeTrue(categories(memory, 0).contains(HUGE) || categories(memory, 1024).contains(HUGE),
                    "no huge pages");
            assertThat(scanner.count(Selection.ALL.requiring(HUGE.bit())) % (2 << 20)).isZero();
            scanner.scan(PageScan.of(Selection.ALL.requiring(HUGE.bit())).showing(HUGE), (4L << 20) + 5 * PAGE,
                    (4L << 20) + 9 * PAGE, regions);
            assertThat(shape(regions)).as("clipped to the range").isEqualTo((4L << 20) / PAGE + 5 + "+4");
        }
    }

    @Test
    void tellsFilesPrivateAndShared(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("f"), new byte[(int) (4 * PAGE)]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena scope = Arena.ofConfined()) {
            MemorySegment shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4 * PAGE, scope);
            MemorySegment own = channel.map(FileChannel.MapMode.PRIVATE, 0, 4 * PAGE, scope);
            touch(shared, 1);
            assertThat(own.get(ValueLayout.JAVA_BYTE, PAGE)).isEqualTo((byte) 1);
            touch(own, 2);
            assertThat(categories(shared, 1)).contains(FILE, PRESENT);
            assertThat(categories(own, 1)).contains(FILE, PRESENT);
            assertThat(categories(own, 2)).contains(PRESENT).doesNotContain(FILE);
        }
    }

    @Test
    void tellsGuards() {
        assumeTrue(PageScanner.knownCategories().contains(GUARD), "Linux before 6.15");
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 8);
            touch(memory, 1);
            // Safe because nobody touches page 2 while it is a guard.
            Mman.madvise(memory.address() + 2 * PAGE, PAGE, Mman.MADV_GUARD_INSTALL);
            assertThat(categories(memory, 2)).contains(GUARD, SWAPPED).doesNotContain(PRESENT);
            Mman.madvise(memory.address() + 2 * PAGE, PAGE, Mman.MADV_GUARD_REMOVE);
            assertThat(categories(memory, 2)).doesNotContain(GUARD, SWAPPED);
        }
    }

    @Test
    void selectsByTheAlgebra() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 256);
            for (int page = 0; page < 256; page++) {
                switch (random.nextInt(3)) {
                    case 0 -> touch(memory, page);
                    case 1 -> memory.get(ValueLayout.JAVA_BYTE, page * PAGE);
                    default -> {
                    }
                }
            }
            long used = PageCategory.mask(WPALLOWED, FILE, PRESENT, SWAPPED, PFNZERO, HUGE);
            long[] is = new long[256];
            PageScanner scanner = PageScanner.of(memory);
            scanner.scan(PageScan.of(Selection.ALL).showing(WPALLOWED, FILE, PRESENT, SWAPPED, PFNZERO, HUGE), regions);
            for (int i = 0; i < regions.count(); i++) {
                for (long at = regions.offset(i); at < regions.offset(i) + regions.bytes(i); at += PAGE) {
                    is[(int) (at / PAGE)] = regions.categories(i);
                }
            }
            for (int round = 0; round < 2000; round++) {
                Selection selection = Selection.of(random.nextLong() & used,
                        random.nextLong() & random.nextLong() & used,
                        random.nextLong() & used);
                scanner.scan(PageScan.of(selection), regions);
                boolean[] found = new boolean[256];
                for (int i = 0; i < regions.count(); i++) {
                    for (long at = regions.offset(i); at < regions.offset(i) + regions.bytes(i); at += PAGE) {
                        found[(int) (at / PAGE)] = true;
                    }
                }
                for (int page = 0; page < 256; page++) {
                    assertThat(found[page]).as("seed %s, page %s is %s, %s", seed, page, is[page], selection)
                            .isEqualTo(selection.test(is[page]));
                }
            }
        }
    }

    @Test
    void limitsStopAtTheFirstPageThatWasNotShown() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 8);
            for (long page : new long[]{1, 2, 4, 6}) {
                touch(memory, page);
            }
            PageScanner scanner = PageScanner.of(memory);
            String[] shapes = {"1+1", "1+2", "1+2 4+1", "1+2 4+1 6+1", "1+2 4+1 6+1"};
            long[] resume = {2, 4, 6, 8, 8};
            for (int most = 1; most <= 5; most++) {
                scanner.scan(PRESENT_PAGES.atMost(most), regions);
                assertThat(shape(regions)).isEqualTo(shapes[most - 1]);
                assertThat(regions.resumeAt()).isEqualTo(resume[most - 1] * PAGE);
                assertThat(regions.isComplete()).isEqualTo(most >= 4);
            }
            assertThat(regions).hasToString("[4096, 12288) PRESENT, [16384, 20480) PRESENT, [24576, 28672) PRESENT");
        }
    }

    @Test
    void nothingShownStillFinds() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 8);
            touch(memory, 3);
            PageScanner scanner = PageScanner.of(memory);
            scanner.scan(PageScan.of(Selection.ALL.requiring(PRESENT.bit())), regions);
            assertThat(shape(regions)).isEqualTo("3+1");
            assertThat(regions.categories(0)).isZero();
            scanner.scan(PageScan.of(Selection.ALL).atMost(3), regions);
            assertThat(regions.totalBytes()).as("they count against the limit").isEqualTo(3 * PAGE);
        }
    }

    @Test
    void resumedScansTogetherAreOneScanForEveryCapacity() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 1200);
            StringBuilder expected = new StringBuilder();
            Random random = new Random(7);
            for (int page = 1; page < 1200; page += 2 + random.nextInt(3)) {
                touch(memory, page);
                expected.append(page).append("+1 ");
            }
            PageScanner scanner = PageScanner.of(memory);
            for (int capacity : new int[]{4, 5, 7, 64, 100, 255, 511, 512}) {
                PageRegions some = PageRegions.ofCapacity(capacity);
                StringBuilder all = new StringBuilder();
                long from = 0;
                do {
                    scanner.scan(PRESENT_PAGES, from, memory.byteSize(), some);
                    all.append(shape(some)).append(some.count() == 0 ? "" : " ");
                    from = some.resumeAt();
                } while (!some.isComplete());
                assertThat(all).hasToString(expected.toString());
            }
        }
    }

    @Test
    void moreThanFiveHundredTwelveRegionsAreFoundOnceEach() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 2200);
            for (int page = 0; page < 2200; page += 2) {
                touch(memory, page);
            }
            PageRegions many = PageRegions.ofCapacity(1115);
            PageScanner.of(memory).scan(PRESENT_PAGES, many);
            assertThat(many.count()).isEqualTo(1100);
            assertThat(many.isComplete()).isTrue();
            assertThat(many.resumeAt()).as("not where the kernel's last batch began").isEqualTo(2200 * PAGE);
            for (int i = 0; i < 1100; i++) {
                assertThat(many.offset(i)).isEqualTo(2L * i * PAGE);
            }
        }
    }

    @Test
    void regionsThatTouchAcrossCallsAreOne() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 4096);
            memory.fill((byte) 1);
            PageScanner.of(memory).scan(PRESENT_PAGES, regions);
            assertThat(shape(regions)).isEqualTo("0+4096");
        }
    }

    @Test
    void aTebibyteOfNothingIsScannedAtOnce() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 40).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, (1L << 40) / PAGE);
            touch(memory, 1L << 27);
            PageScanner.of(memory).scan(PRESENT_PAGES, regions);
            assertThat(shape(regions)).isEqualTo((1L << 27) + "+1");
        }
    }

    @Test
    void aPartIsScannedAsWholePages() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 8);
            memory.fill((byte) 1);
            PageScanner scanner = PageScanner.of(memory);
            scanner.scan(PRESENT_PAGES, 2 * PAGE, 3 * PAGE + 1, regions);
            assertThat(shape(regions)).isEqualTo("2+2");
            scanner.scan(PRESENT_PAGES, 3 * PAGE, 3 * PAGE, regions);
            assertThat(regions.count()).isZero();
            assertThat(regions.isComplete()).isTrue();
            assertThat(regions.resumeAt()).isEqualTo(3 * PAGE);
        }
    }

    @Test
    void mistakesAreNamed() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            PageRange range = arena.allocatePages(8);
            MemorySegment memory = arena.segment(range);
            PageScanner scanner = PageScanner.of(memory);
            assertThatThrownBy(() -> PageScanner.of(MemorySegment.ofArray(new byte[8])))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("native");
            assertThatThrownBy(() -> PageScanner.of(memory.asSlice(8))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("begins at a multiple of 4096");
            assertThatThrownBy(() -> scanner.scan(PRESENT_PAGES, 1, PAGE, regions))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("from=1");
            assertThatThrownBy(() -> scanner.scan(PRESENT_PAGES, 0, 9 * PAGE, regions))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> scanner.scan(PRESENT_PAGES, 2 * PAGE, PAGE, regions))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> scanner.scan(PRESENT_PAGES.protecting(), regions))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("protecting is for tracked memory");
            assertThatThrownBy(() -> scanner.scan(PageScan.of(Selection.ALL.requiring(1L << 40)), regions))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0x10000000000");
            assertThatThrownBy(() -> PRESENT_PAGES.atMost(0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pages=0");
            assertThatThrownBy(() -> PageRegions.ofCapacity(3)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("capacity=3");
            assertThatThrownBy(() -> regions.offset(0)).isInstanceOf(IndexOutOfBoundsException.class);
            arena.free(range);
            assertThatThrownBy(() -> scanner.scan(PRESENT_PAGES, regions)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void scanningAllocatesNothingOfItsOwn() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = pages(arena, 64);
            memory.fill((byte) 1);
            PageScanner scanner = PageScanner.of(memory);
            for (int i = 0; i < 20_000; i++) {
                scanner.scan(PRESENT_PAGES, regions);
            }
            var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                scanner.scan(PRESENT_PAGES, regions);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("the native call itself takes 40 bytes")
                    .isLessThan(41_000);
        }
    }
}
