package org.quern.kapi;

import java.util.Locale;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Every word of a declaration is on its page, and only names that others refer to are there more than once. */
class ReferencePageTest {
    /** Names that a rule, a prototype or a title repeats. */
    private static final Set<String> REFERRED_TO = Set.of("zq01", "zq04", "zq07", "zq14", "zq17", "zq19", "zq21",
            "zq23",
            "zq25");

    @Test
    void everyWordIsOnBothForms() {
        ReferencePage page = ReferencePage.of(Everything.SPEC);
        for (String word : Everything.words()) {
            assertOnce(page.plain(), word);
            assertOnce(page.markdown(), word);
        }
    }

    private static void assertOnce(String page, String word) {
        int times = page.toLowerCase(Locale.ROOT).split(word, -1).length - 1;
        if (REFERRED_TO.contains(word)) {
            assertThat(times).as(word).isPositive();
        } else {
            assertThat(times).as(word + " in\n" + page).isEqualTo(1);
        }
    }

    @Test
    void enumsBoundsAndStructuresArePrinted() {
        assertThat(ReferencePage.of(Everything.SPEC).plain()).contains("return with EINTR", "while-blocked, priority 3",
                "restartable", "queue realtime", "state must be: sleeping", "state must not be: zombie",
                "sorts: hardware, network", "reversible", "increase-limit", "number 21", "or: ZQ69", "priority 2",
                "0: __u64 zq61, in: zq62; must be a multiple of the page size", "16 bytes, aligned to 8",
                "memory of at least zq04 * 24 bytes", "on AARCH64 also ZQ12", "version  7",
                "an address in 0x1000..0xfffffffffffff000", "aligned", "0..1152921504606846976");
    }

    @Test
    void markdownIsEscaped() {
        assertThat(ReferencePage.of(Everything.SPEC).markdown())
                .contains("&lt;tags&gt;, \\*stars\\*", "a \\\\,", "# zq01\n\nzq03\n\n```c\n", "zq71 &lt;= zq72");
    }

    @Test
    void sectionsWithoutContentAreLeftOut() {
        String page = ReferencePage.of(CallSpec.call("f", "Linux 1.0", "Do.").returning(Result.zero())).plain();
        assertThat(page).startsWith("f - Do.\n\n  int f(void)\n\nRETURNS\n").doesNotContain("ERRORS", "LOCKS");
        assertThat(ReferencePage.of(Everything.SPEC)).hasToString(ReferencePage.of(Everything.SPEC).plain());
    }
}
