package org.quern.vmap;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.page.PageLedger;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.FailingReservation;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random operations on pages against a model, with and without failure injected into every step that can fail: what the
 * span does (discarding, also half-way; populating; guards; advice) and what needs memory for the books. 80,000 operations
 * without failures, in the four forms together, and as many with failures, in two; {@code -Dquern.long=true} makes them
 * 10,000,000 each, {@code -Dquern.operations=N} anything.
 */
class PageModelTest {
    private static final long OPERATIONS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 10_000_000 : 80_000);
    private static final long PAGES = 2048;

    @ParameterizedTest(name = "guards {0}, quarantine of {1} pages, one failure in {2} steps")
    @CsvSource({"false, 0, 0", "true, 0, 0", "false, 300, 0", "true, 300, 0", "false, 0, 6", "true, 300, 6"})
    void agreesWithAModel(boolean guards, long quarantine, int failures) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String where = "seed " + seed;
        boolean[] armed = new boolean[1];
        Reservation reservation = FailingReservation.open(Backing.preferred(), PAGES * Reservation.PAGE_BYTES,
                () -> armed[0] && random.nextInt(failures) == 0);
        ArenaOptions options = ArenaOptions.reserving(PAGES * Reservation.PAGE_BYTES).guardPages(guards)
                .quarantine(quarantine * Reservation.PAGE_BYTES).named("model");
        PageBudget budget = new PageBudget(PAGES * 3 / 4);
        PageLedger ledger = new PageLedger(PAGES, () -> {
            if (armed[0] && random.nextInt(failures) == 0) {
                throw new FailingReservation.Injected("memory for the books");
            }
        });
        PageSpace space = new PageSpace(options, 1, reservation, budget, ledger);
        PageModel model = new PageModel(space, budget, reservation, random);
        armed[0] = failures > 0;
        long operations = OPERATIONS / (failures > 0 ? 2 : 4);
        long told = System.nanoTime();
        for (long i = 0; i < operations; i++) {
            model.step(where + " step " + i);
            if (i % 5_000 == 0) {
                model.check(where + " step " + i);
            }
            if (System.nanoTime() - told > TimeUnit.SECONDS.toNanos(5)) {
                told = System.nanoTime();
                System.out.println("  " + i + " of " + operations + " operations, " + model.injected() + " failures");
            }
        }
        armed[0] = false;
        model.freeAll(where);
        assertThat(model.injected() > 0).isEqualTo(failures > 0);
        assertThat(space.flushQuarantine()).isNotNegative();
        assertThat(space.largestRun()).as(where).isEqualTo(PAGES);
    }
}
