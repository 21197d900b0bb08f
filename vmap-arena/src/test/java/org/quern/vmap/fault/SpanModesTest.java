package org.quern.vmap.fault;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.quern.vmap.fault.SpanModes.Change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quern.kapi.linux.Userfault.REGISTER_MISSING;
import static org.quern.kapi.linux.Userfault.REGISTER_WP;

class SpanModesTest {
    private static final int BOTH = REGISTER_MISSING | REGISTER_WP;

    @Test
    void theUnionOfWhatWasAskedForIsRegistered() {
        SpanModes spans = new SpanModes();
        assertThat(spans.change(2, 9, REGISTER_MISSING, 1)).containsExactly(new Change(2, 9, 0, REGISTER_MISSING));
        assertThat(spans.change(5, 12, REGISTER_WP, 1)).containsExactly(new Change(5, 9, REGISTER_MISSING, BOTH),
                new Change(9, 12, 0, REGISTER_WP));
        assertThat(spans.cuts()).isEqualTo(4);
        assertThat(spans.change(2, 9, REGISTER_MISSING, -1)).containsExactly(new Change(2, 5, REGISTER_MISSING, 0),
                new Change(5, 9, BOTH, REGISTER_WP));
        assertThat(spans.modes(4)).isZero();
        assertThat(spans.modes(5)).isEqualTo(REGISTER_WP);
        assertThat(spans.any(REGISTER_MISSING)).isFalse();
    }

    @Test
    void whatWasNotAskedForCannotBeGivenBack() {
        SpanModes spans = new SpanModes();
        spans.change(2, 9, REGISTER_MISSING, 1);
        assertThatThrownBy(() -> spans.change(1, 9, REGISTER_MISSING, -1)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pages 1..8");
        assertThatThrownBy(() -> spans.change(2, 10, REGISTER_MISSING, -1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> spans.change(3, 4, REGISTER_WP, -1)).isInstanceOf(IllegalStateException.class);
        assertThat(spans.change(2, 9, REGISTER_MISSING, -1)).as("nothing was changed").hasSize(1);
    }

    /** A page at a time, in arrays, is the model. */
    @Test
    void agreesWithCountsKeptForEachPage() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SpanModes spans = new SpanModes();
        int[][] model = new int[64][2];
        for (int i = 0; i < 20_000; i++) {
            int first = random.nextInt(63);
            int end = first + 1 + random.nextInt(64 - first - 1);
            int modes = 1 + random.nextInt(3);
            int sign = random.nextBoolean() ? 1 : -1;
            int[] before = union(model);
            boolean allowed = sign > 0 || asked(model, first, end, modes);
            if (!allowed) {
                assertThatThrownBy(() -> spans.change(first, end, modes, -1)).isInstanceOf(IllegalStateException.class);
                continue;
            }
            for (int page = first; page < end; page++) {
                model[page][0] += (modes & REGISTER_MISSING) != 0 ? sign : 0;
                model[page][1] += (modes & REGISTER_WP) != 0 ? sign : 0;
            }
            replay(before, spans.change(first, end, modes, sign));
            assertThat(before).as("seed " + seed + ", step " + i).containsExactly(union(model));
            assertThat(spans.modes(first)).isEqualTo(before[first]);
            assertThat(spans.cuts()).as("seed " + seed + ", step " + i).isEqualTo(cuts(before));
        }
    }

    private static boolean asked(int[][] model, int first, int end, int modes) {
        for (int page = first; page < end; page++) {
            if ((modes & REGISTER_MISSING) != 0 && model[page][0] == 0
                    || (modes & REGISTER_WP) != 0 && model[page][1] == 0) {
                return false;
            }
        }
        return true;
    }

    private static int[] union(int[][] model) {
        int[] modes = new int[model.length];
        for (int page = 0; page < modes.length; page++) {
            modes[page] = (model[page][0] > 0 ? REGISTER_MISSING : 0) | (model[page][1] > 0 ? REGISTER_WP : 0);
        }
        return modes;
    }

    /** What the kernel would have after the changes. */
    private static void replay(int[] modes, List<Change> changes) {
        for (Change change : changes) {
            for (int page = (int) change.first(); page < change.end(); page++) {
                assertThat(modes[page]).isEqualTo(change.before());
                modes[page] = change.after();
            }
        }
    }

    private static int cuts(int[] modes) {
        int cuts = 0;
        int before = 0;
        for (int mode : modes) {
            cuts += mode == before ? 0 : 1;
            before = mode;
        }
        return before == 0 ? cuts : cuts + 1;
    }
}
