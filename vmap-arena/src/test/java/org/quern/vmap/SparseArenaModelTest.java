package org.quern.vmap;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.share.ControlBlock;
import org.quern.vmap.share.PeerProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random operations through two attached arenas over one file, against a model with one number a page. Each page carries the
 * generation that the model says it has, so that a page lost, handed out twice or handed on with old bytes is seen.
 */
class SparseArenaModelTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 300;
    private static final long OPERATIONS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 10_000_000 : 25_000);
    private static final long FREE = 0;
    private static final long RESERVED = -1;

    enum Backing {
        CALLS, CHANNEL
    }

    @TempDir
    Path directory;

    private long failAt = Long.MAX_VALUE; // which need of memory fails
    private final SharedPages.Surroundings injecting = new SharedPages.Surroundings(PeerProcess.self(),
            PeerProcess::isAlive, () -> {
                if (--failAt == 0) {
                    throw new OutOfMemoryError("injected");
                }
            }, ControlBlock::new);

    private final long[] model = new long[PAGES]; // FREE, RESERVED, or the generation
    private final boolean[] written = new boolean[PAGES];
    private final List<Arena32> peers = new ArrayList<>();
    private Random random = new Random();
    private String where = "";

    private void open(Backing backing) {
        SparseArenaOptions options = SparseArenaOptions.pages(PAGES).named("model");
        MemoryFile file;
        long bytes = SparseArena.header(options, 32).pagesAt() + PAGES * PAGE;
        if (backing == Backing.CALLS) {
            file = MemoryFile.create("model", bytes);
        } else {
            file = MemoryFile.createAt(directory.resolve("model"), bytes, false);
        }
        peers.add(Arena32.createIn(file, options, injecting));
        peers.add(Arena32.attach(file, injecting));
        model[0] = RESERVED;
    }

    private void close() {
        failAt = Long.MAX_VALUE;
        peers.forEach(SparseArena::close);
    }

    @ParameterizedTest
    @EnumSource(Backing.class)
    void agreesWithAModel(Backing backing) {
        run(backing, OPERATIONS, false);
    }

    @ParameterizedTest
    @EnumSource(Backing.class)
    void alsoWhenMemoryFailsAtEachStep(Backing backing) {
        run(backing, OPERATIONS, true);
    }

    private void run(Backing backing, long operations, boolean failing) {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("SparseArenaModelTest " + backing + (failing ? " failing" : "") + " seed " + seed);
        random = new Random(seed);
        open(backing);
        long failures = 0;
        long began = System.nanoTime();
        for (long i = 0; i < operations; i++) {
            where = "seed " + seed + " operation " + i;
            failAt = failing && random.nextInt(3) == 0 ? 1 + random.nextInt(12) : Long.MAX_VALUE;
            Arena32 peer = peers.get(random.nextInt(peers.size()));
            try {
                step(peer);
            } catch (OutOfMemoryError e) {
                failures++; // and nothing was changed: compared below
            }
            failAt = Long.MAX_VALUE;
            if (i % 500 == 0) {
                compare();
            }
            if (System.nanoTime() - began > 5_000_000_000L) {
                began = System.nanoTime();
                System.out.println("  " + i + " of " + operations);
            }
        }
        compare();
        assertThat(failures > 0).as("failures were injected").isEqualTo(failing);
        close();
    }

    private void step(Arena32 peer) {
        int first = random.nextInt(PAGES);
        int count = 1 + random.nextInt(Math.min(PAGES - first, 1 + random.nextInt(20)));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> allocate(peer, count);
            case 3 -> granted(peer.allocateAt(first * PAGE, count), first, count, false);
            case 4 -> granted(peer.reserve(first * PAGE, count), first, count, true);
            case 5, 6, 7 -> free(peer, first, count);
            case 8 -> unreserve(peer, first, count);
            default -> touch(peer, first);
        }
    }

    private void allocate(Arena32 peer, int count) {
        switch (peer.allocate(count)) {
            case PageGrant grant -> {
                int first = (int) (grant.handle() / PAGE);
                assertThat(first).as(where + ": best fit").isEqualTo(bestFit(count));
                enter(grant, first);
            }
            case ArenaRefusal refusal -> assertThat(bestFit(count)).as(where + ": " + refusal).isEqualTo(-1);
        }
    }

    private void granted(ArenaOutcome outcome, int first, int count, boolean reserved) {
        assertThat(outcome instanceof PageGrant).as(where).isEqualTo(all(first, count, FREE));
        if (outcome instanceof PageGrant grant) {
            if (reserved) {
                Arrays.fill(model, first, first + count, RESERVED);
            } else {
                enter(grant, first);
            }
        }
    }

    private void enter(PageGrant grant, int first) {
        for (int page = first; page < first + grant.pages(); page++) {
            assertThat(model[page]).as(where + ": page " + page + " handed out twice").isEqualTo(FREE);
            model[page] = grant.generation();
            written[page] = false;
        }
    }

    private void free(Arena32 peer, int first, int count) {
        boolean mine = true;
        for (int page = first; page < first + count; page++) {
            mine &= model[page] > 0;
        }
        try {
            if (first == 0) {
                return;
            }
            peer.free(first * PAGE, count);
            assertThat(mine).as(where).isTrue();
            Arrays.fill(model, first, first + count, FREE);
            settle();
        } catch (StaleHandleException e) {
            assertThat(mine).as(where + ": " + e.getMessage()).isFalse();
        } catch (OutOfMemoryError e) {
            if (mine) {
                adopt(first, count); // freeing is two changes: none, or the first, or both were made
            }
            throw e;
        }
    }

    private void adopt(int first, int count) {
        failAt = Long.MAX_VALUE;
        settle();
        String state = peers.get(0).pages().stateOf(first);
        for (int page = first; page < first + count; page++) {
            assertThat(peers.get(0).pages().stateOf(page)).as(where + ": all or nothing").isEqualTo(state);
            model[page] = state.equals("FREE") ? FREE : model[page];
        }
    }

    /** Both acknowledge, so that nothing stays unavailable: the model does not know that state. */
    private void settle() {
        failAt = Long.MAX_VALUE;
        peers.forEach(SparseArena::drain);
        peers.get(0).drain();
        assertThat(peers.get(0).usage().unavailablePages()).as(where).isZero();
    }

    private void unreserve(Arena32 peer, int first, int count) {
        if (first == 0) {
            return;
        }
        boolean mine = all(first, count, RESERVED);
        try {
            peer.unreserve(first * PAGE, count);
            assertThat(mine).as(where).isTrue();
            Arrays.fill(model, first, first + count, FREE);
        } catch (StaleHandleException e) {
            assertThat(mine).as(where).isFalse();
        }
    }

    private void touch(Arena32 peer, int page) {
        if (page == 0) {
            return;
        }
        try {
            long value = peer.getLongPlain(page * PAGE + 8);
            assertThat(model[page] > 0).as(where).isTrue();
            assertThat(value).as(where + ": page " + page).isEqualTo(written[page] ? model[page] : 0);
            peer.setLongPlain(page * PAGE + 8, model[page]);
            written[page] = true;
        } catch (UnallocatedPageException e) {
            assertThat(model[page] > 0).as(where).isFalse();
        }
    }

    private boolean all(int first, int count, long what) {
        for (int page = first; page < first + count; page++) {
            if (model[page] != what) {
                return false;
            }
        }
        return true;
    }

    private int bestFit(int count) {
        int best = -1;
        int least = Integer.MAX_VALUE;
        for (int from = 0; from < PAGES;) {
            int end = from;
            while (end < PAGES && model[end] == FREE) {
                end++;
            }
            if (end - from >= count && end - from < least) {
                least = end - from;
                best = from;
            }
            from = end + 1;
        }
        return best;
    }

    private void compare() {
        long allocated = 0;
        for (int page = 0; page < PAGES; page++) {
            allocated += model[page] > 0 ? 1 : 0;
            long generation = peers.get(page & 1).generation(page * PAGE);
            assertThat(generation).as(where + ": page " + page).isEqualTo(Math.max(0, model[page]));
        }
        for (Arena32 peer : peers) {
            peer.pages().verify();
            assertThat(peer.usage().allocatedPages()).as(where).isEqualTo(allocated);
        }
    }

    @Test
    void aPeerThatWasAwayForLongReadsTheHeads() {
        open(Backing.CALLS);
        Arena32 busy = peers.get(0);
        for (int i = 0; i < 5_000; i++) {
            busy.free(busy.allocate(1 + i % 7).granted());
        }
        PageGrant grant = busy.allocate(3).granted();
        assertThat(peers.get(1).generation(grant.handle())).isEqualTo(grant.generation());
        peers.get(1).pages().verify();
        close();
    }
}
