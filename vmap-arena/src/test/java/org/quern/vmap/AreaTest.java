package org.quern.vmap;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.Errno;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.raw.RawMemory;
import org.quern.vmap.map.SlotMapper;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AreaTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 64;
    private static final long RAM = 1000;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** Fails calls on demand. */
    private static final class Failing implements SlotMapper {
        private final SlotMapper real;
        private int mapsLeft = Integer.MAX_VALUE;

        Failing(Reservation reservation) {
            this.real = SlotMapper.of(reservation);
        }

        @Override
        public int map(long offset, long length, int fd, long fileOffset) {
            return mapsLeft-- > 0 ? real.map(offset, length, fd, fileOffset) : -Errno.ENOMEM.number();
        }

        @Override
        public int clear(long offset, long length) {
            return real.clear(offset, length);
        }
    }

    @TempDir
    Path directory;

    private Reservation reservation;
    private Failing mapper;
    private AddressSpace space;
    private MemoryFile file;

    @BeforeEach
    void open() {
        reservation = AddressSpaceException.reserve(BackEnd.LINUX, "areas", 4096 * PAGE, 4096 * PAGE);
        mapper = new Failing(reservation);
        space = new AddressSpace("areas", reservation, mapper, RAM, MappingBudget.PROCESS);
        file = MemoryFile.create("pages", PAGES * PAGE);
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment all = file.map(scope);
            for (int page = 0; page < PAGES; page++) {
                all.set(LONG, page * PAGE, 1000 + page);
            }
        }
    }

    @AfterEach
    void close() {
        space.verify();
        space.close();
        space.close();
        assertThat(space.charged()).isZero();
        file.close();
        assertThatThrownBy(() -> space.reserve(1)).isInstanceOf(ArenaClosedException.class);
    }

    private Area sparse(long pages) {
        return space.reserve(pages, AreaFlag.SPARSE).orElseThrow();
    }

    private static void is(AreaOutcome outcome, AreaOutcome.Kind kind, String... values) {
        assertThat(outcome.kind()).as(outcome.detail()).isEqualTo(kind);
        for (String value : values) {
            assertThat(outcome.detail()).contains(value);
        }
    }

    @Test
    void pagesStandWhereTheListSaysAlsoTwice() {
        Area area = sparse(10);
        is(area.map(2, PageList.of(file, 7, 8, 3, 7)), AreaOutcome.Kind.DONE);
        MemorySegment segment = area.segment(2, 4);
        assertThat(segment.get(LONG, 0)).isEqualTo(1007);
        assertThat(segment.get(LONG, PAGE)).isEqualTo(1008);
        assertThat(segment.get(LONG, 2 * PAGE)).isEqualTo(1003);
        segment.set(LONG, 8, 99);
        assertThat(segment.get(LONG, 3 * PAGE + 8)).as("the same page").isEqualTo(99);
        assertThat(space.charged()).as("7 and 8 are one mapping").isEqualTo(3 * Area.MAPPINGS_OF_AN_EXTENT);
        is(area.map(6, PageList.range(file, 20, 4)), AreaOutcome.Kind.DONE);
        assertThat(segment.get(LONG, 0)).as("incremental: what is shown stays").isEqualTo(1007);
        assertThat(area.populatedPages()).isEqualTo(8);
        assertThatThrownBy(() -> area.segment(1, 2)).isInstanceOf(UnallocatedPageException.class)
                .hasMessageContaining("place 1 is empty");
        assertThatThrownBy(() -> area.segment(9, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void viewsDieBeforePagesAreTakenAway() {
        Area area = sparse(10);
        area.map(0, PageList.range(file, 0, 10));
        MemorySegment segment = area.segment(0, 10);
        is(area.unmap(4, 2), AreaOutcome.Kind.DONE);
        assertThatThrownBy(() -> segment.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(area.segment(0, 4).get(LONG, 3 * PAGE)).isEqualTo(1003);
        assertThat(area.segment(6, 4).get(LONG, 0)).isEqualTo(1006);
        assertThatThrownBy(() -> area.segment(3, 2)).isInstanceOf(UnallocatedPageException.class);
        assertThat(RawMemory.EVERYTHING.get(LONG, reservation.base() + area.position() + 4 * PAGE))
                .as("an empty place is mapped, and zero").isZero();
        is(area.unmap(0, 10), AreaOutcome.Kind.DONE);
        is(area.unmap(0, 10), AreaOutcome.Kind.DONE);
        assertThat(space.charged()).isZero();
        is(area.map(4, PageList.range(file, 1, 1)), AreaOutcome.Kind.DONE);
        assertThat(area.segment(4, 1).get(LONG, 0)).isEqualTo(1001);
    }

    // ---- the table of checks, in its order ----------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = AreaFlag.class, names = {"RESET_PERMISSIONS", "NO_GUARD"})
    void areasOfTheWrongKindTakeNoPageLists(AreaFlag flag) {
        Area area = space.reserve(4, AreaFlag.SPARSE, flag).orElseThrow();
        // Before everything else that is wrong with the call.
        is(area.map(99, PageList.range(file, 0, RAM + 1)), AreaOutcome.Kind.WRONG_AREA);
        is(area.unmap(99, RAM + 1), AreaOutcome.Kind.WRONG_AREA);
    }

    @Test
    void anAreaThatIsNotSparseTakesNoPageLists() {
        is(space.reserve(4).orElseThrow().map(0, PageList.of(file, 0)), AreaOutcome.Kind.WRONG_AREA, "not sparse");
    }

    @Test
    void moreThanTheMachineHasIsRefusedBeforeAnythingIsTouched() {
        Area area = sparse(10);
        is(area.map(99, PageList.range(file, 0, RAM + 1)), AreaOutcome.Kind.TOO_MANY_PAGES, "1001 pages", "1000");
        is(area.unmap(99, RAM + 1), AreaOutcome.Kind.TOO_MANY_PAGES);
        assertThatThrownBy(() -> space.map(PageList.range(file, 0, RAM + 1))).isInstanceOf(AreaRefusedException.class)
                .hasMessageContaining("TOO_MANY_PAGES");
    }

    @Test
    void placesOutsideAreRefused() {
        Area area = sparse(10);
        for (long[] wrong : new long[][]{{10, 1}, {9, 2}, {-1, 1}, {0, 11}, {Long.MAX_VALUE, 2}, {Long.MIN_VALUE, 1}}) {
            is(area.map(wrong[0], PageList.range(file, 0, wrong[1])), AreaOutcome.Kind.OUT_OF_RANGE, "of 10");
            is(area.unmap(wrong[0], wrong[1]), AreaOutcome.Kind.OUT_OF_RANGE);
        }
        is(area.unmap(0, -1), AreaOutcome.Kind.OUT_OF_RANGE);
        is(area.map(10, PageList.of(file)), AreaOutcome.Kind.DONE);
    }

    @Test
    void whatIsWrongFirstInTheListIsSaid() {
        Area area = sparse(10);
        area.map(5, PageList.of(file, 0));
        is(area.map(3, PageList.of(file, 1, 2, 3)), AreaOutcome.Kind.OCCUPIED, "place 5");
        is(area.map(3, PageList.of(file, 1, PageList.NO_PAGE, 3)), AreaOutcome.Kind.NO_PAGE, "place 4");
        is(area.map(3, PageList.of(file, 1, 2, PAGES)), AreaOutcome.Kind.OCCUPIED);
        is(area.map(0, PageList.of(file, 1, PAGES)), AreaOutcome.Kind.INVALID_PAGE, "page 64", "has 64");
        is(area.map(0, PageList.range(file, PAGES - 1, 2)), AreaOutcome.Kind.INVALID_PAGE);
        assertThat(area.populatedPages()).isEqualTo(1);
        assertThat(area.segment(5, 1).get(LONG, 0)).isEqualTo(1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aFailureHalfWayIsRolledBack(int succeed) {
        Area area = sparse(10);
        area.map(9, PageList.of(file, 63));
        MemorySegment shown = area.segment(9, 1);
        mapper.mapsLeft = succeed;
        is(area.map(0, PageList.of(file, 1, 3, 5, 7)), AreaOutcome.Kind.REFUSED, "ENOMEM");
        mapper.mapsLeft = Integer.MAX_VALUE;
        assertThat(area.populatedPages()).isEqualTo(1);
        assertThat(shown.get(LONG, 0)).as("a view of other places lives on").isEqualTo(1063);
        space.verify();
        for (long place = 0; place < 4; place++) {
            assertThat(RawMemory.EVERYTHING.get(LONG, reservation.base() + area.position() + place * PAGE)).isZero();
        }
        is(area.map(0, PageList.of(file, 1, 3, 5, 7)), AreaOutcome.Kind.DONE);
    }

    @Test
    void theBudgetOfMappingsIsSpentLongBeforeTheSystems() {
        Area area = sparse(2000);
        int left = space.mappingsLeft();
        assertThat(left).isLessThan(65_530 / 3);
        assertThat(MappingBudget.PROCESS.acquire(left - 20)).isTrue();
        try {
            int mapped = 0;
            AreaOutcome outcome = area.map(0, PageList.of(file, 0));
            while (outcome.isDone()) {
                mapped++;
                outcome = area.map(2 * mapped, PageList.of(file, 0));
            }
            is(outcome, AreaOutcome.Kind.MAPPINGS_SPENT, "2 mappings wanted");
            assertThat(mapped).as("at least; the collector may return what others let go").isBetween(10, 900);
        } finally {
            MappingBudget.PROCESS.release(left - 20);
        }
    }

    @Test
    void aFileThatWasCutOrClosedIsRefused() throws IOException {
        Path path = directory.resolve("cut");
        Area area = sparse(10);
        try (MemoryFile cut = MemoryFile.createAt(path, 8 * PAGE, true)) {
            is(area.map(0, PageList.of(cut, 7)), AreaOutcome.Kind.DONE);
            try (RandomAccessFile cutter = new RandomAccessFile(path.toFile(), "rw")) {
                cutter.setLength(4 * PAGE);
            }
            is(area.map(1, PageList.of(cut, 7)), AreaOutcome.Kind.INVALID_PAGE, "was cut");
        }
        MemoryFile closed = MemoryFile.create("closed", PAGE);
        closed.close();
        is(area.map(2, PageList.of(closed, 0)), AreaOutcome.Kind.INVALID_PAGE, "closed");
    }

    // ---- areas ------------------------------------------------------------------------------------------------------

    @Test
    void areasAreFoundByAddressAndFreedByTheirExactBeginning() {
        assertThat(space.reserve(0)).isEmpty();
        assertThat(space.reserve(1L << 40)).isEmpty();
        assertThatThrownBy(() -> space.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
        Area first = sparse(4);
        Area second = sparse(4);
        assertThat(second.position()).as("a guard between").isEqualTo(first.position() + 5 * PAGE);
        assertThat(space.find(first.position() + 4 * PAGE + 7)).as("the guard is of the record").contains(first);
        assertThat(space.find(second.position())).contains(second);
        assertThat(space.find(second.position() + 5 * PAGE)).isEmpty();
        assertThat(space.find(-1)).isEmpty();
        second.map(1, PageList.of(file, 5));
        assertThat(space.find(second.segment(1, 1).asSlice(100))).contains(second);
        for (long wrong : new long[]{second.position() + 1, second.position() + PAGE, -PAGE, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> space.free(wrong)).isInstanceOf(StaleHandleException.class)
                    .hasMessageContaining("position=" + wrong);
        }
        is(space.free(second.position()), AreaOutcome.Kind.DONE);
        assertThatThrownBy(() -> space.free(second.position())).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> second.map(0, PageList.of(file, 0))).isInstanceOf(StaleHandleException.class);
        assertThat(first.flags()).isEqualTo(Set.of(AreaFlag.SPARSE));
    }

    @Test
    void aFreedRangeIsNotReusedBeforeItsQuarantineEnds() {
        Area area = sparse(4);
        long position = area.position();
        space.free(position);
        assertThat(sparse(4).position()).isNotEqualTo(position);
        space.flush();
        assertThat(sparse(4).position()).isEqualTo(position);
        Area rest = sparse(4000);
        long at = rest.position();
        space.free(at);
        assertThat(sparse(4000).position()).as("no other room").isEqualTo(at);
    }

    @Test
    void theGuardIsNotTouchedByTheSystem() {
        Area area = sparse(1);
        int zeros = Fcntl.open("/dev/zero", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        try {
            long guard = reservation.base() + area.position() + PAGE;
            long result = Unistd.tryRead(zeros, RawMemory.EVERYTHING.asSlice(guard, 8));
            // Before Linux 6.13 there are no guards without mappings; the bounds of segments hold anyway.
            assertThat(result).isIn((long) -Errno.EFAULT.number(), 8L);
        } finally {
            Unistd.close(zeros);
            Reference.reachabilityFence(reservation);
        }
    }

    @Test
    void aShortLivedMappingIsGivenBackWithItsCount() {
        TransientMapping mapping = space.mapTransient(PageList.of(file, 9, 4));
        assertThat(mapping.segment().get(LONG, PAGE)).isEqualTo(1004);
        assertThatThrownBy(() -> space.unmapTransient(mapping, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count=1: mapped were 2");
        assertThat(mapping.segment().get(LONG, 0)).isEqualTo(1009);
        is(space.unmapTransient(mapping, 2), AreaOutcome.Kind.DONE);
        assertThatThrownBy(() -> mapping.segment().get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> space.unmapTransient(mapping, 2)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> space.map(PageList.of(file, 999))).isInstanceOf(AreaRefusedException.class)
                .hasMessageContaining("INVALID_PAGE");
    }

    @Test
    void aSegmentInASystemCallKeepsItsPages() throws Exception {
        Area area = sparse(4);
        area.map(0, PageList.range(file, 0, 4));
        MemorySegment segment = area.segment(0, 4);
        Path path = directory.resolve("out");
        try (FileChannel out = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(out.write(segment.asByteBuffer())).isEqualTo((int) (4 * PAGE));
        }
        is(area.unmap(0, 4), AreaOutcome.Kind.DONE);
    }

    // ---- the model --------------------------------------------------------------------------------------------------

    @Test
    void agreesWithAModelAlsoWhenMappingFails() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("AreaTest seed " + seed);
        Random random = new Random(seed);
        long operations = Long.getLong("quern.operations", Boolean.getBoolean("quern.long") ? 1_000_000 : 5_000);
        Area area = sparse(40);
        Map<Long, Long> model = new HashMap<>();
        for (long i = 0; i < operations; i++) {
            String where = "seed " + seed + " operation " + i;
            long place = random.nextInt(40);
            int count = 1 + random.nextInt((int) Math.min(8, 40 - place));
            mapper.mapsLeft = random.nextInt(5) == 0 ? random.nextInt(3) : Integer.MAX_VALUE;
            if (random.nextBoolean()) {
                long[] pages = random.ints(count, 0, PAGES).asLongStream().toArray();
                AreaOutcome outcome = area.map(place, PageList.of(file, pages));
                boolean taken = false;
                for (int k = 0; k < count; k++) {
                    taken |= model.containsKey(place + k);
                }
                assertThat(outcome.kind() == AreaOutcome.Kind.OCCUPIED).as(where).isEqualTo(taken);
                for (int k = 0; outcome.isDone() && k < count; k++) {
                    model.put(place + k, pages[k]);
                }
            } else {
                is(area.unmap(place, count), AreaOutcome.Kind.DONE);
                for (int k = 0; k < count; k++) {
                    model.remove(place + k);
                }
            }
            assertThat(area.populatedPages()).as(where).isEqualTo(model.size());
            if (model.containsKey(place)) {
                assertThat(area.segment(place, 1).get(LONG, 0)).as(where).isEqualTo(1000 + model.get(place));
            }
            if (i % 100 == 0) {
                space.verify();
            }
        }
    }
}
