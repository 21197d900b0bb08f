package org.quern.vmap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.quern.kapi.Operation;

/**
 * Which pages of an arena are in which state, at about one instant: the books are read at once, what is populated is asked
 * of the system right after. For looking at, by {@link #toText} and {@link #toSvg}, and for counting. Immutable.
 *
 * @param arena the arena's name
 * @param pageBytes the size of a page
 * @param exact whether the system was asked what is populated; otherwise everything handed out is shown as populated
 * @param runs runs of pages, ascending, without gaps, covering the whole arena; neighbours differ in state
 */
@Operation(threads = Operation.Threads.ANY)
public record PageMap(String arena, long pageBytes, boolean exact, List<Run> runs) {
    /** The states of a page. */
    public enum State {
        /** To be had. */
        FREE('.', "free", "#eceff1"),
        /** Freed, and not to be had yet. */
        QUARANTINED('q', "quarantined", "#ffe082"),
        /** Handed out, not in memory. */
        ABSENT('-', "handed out, absent", "#bbdefb"),
        /** Handed out, in memory. */
        POPULATED('#', "populated", "#1976d2"),
        /** Handed out, in memory, part of a huge page. */
        HUGE('H', "populated, huge", "#0d2f6b"),
        /** Behind a range; nobody's. */
        GUARD('|', "guard", "#d32f2f"),
        /** Being freed. */
        RELEASING('~', "being freed", "#ab47bc");

        private final char letter;
        private final String title;
        private final String colour;

        State(char letter, String title, String colour) {
            this.letter = letter;
            this.title = title;
            this.colour = colour;
        }

        char letter() {
            return letter;
        }

        String title() {
            return title;
        }

        String colour() {
            return colour;
        }
    }

    /**
     * Pages in a row that are in the same state.
     *
     * @param firstPage the first one's number
     * @param pages how many
     * @param state what they are
     */
    public record Run(long firstPage, long pages, State state) {
        long endPage() {
            return firstPage + pages;
        }
    }

    /**
     * A map of given runs.
     *
     * @param arena the arena's name
     * @param pageBytes the size of a page
     * @param exact whether the system was asked
     * @param runs runs of pages, ascending, without gaps
     */
    public PageMap {
        runs = List.copyOf(runs);
    }

    /** Puts books and system together. {@code books} in any order; what they leave out is permanent, so handed out. */
    static PageMap of(String arena, long pageBytes, long pages, boolean exact, List<Run> books, List<Run> populated) {
        books.sort(Comparator.comparingLong(Run::firstPage));
        List<Run> whole = new ArrayList<>();
        PageMapBuilder builder = new PageMapBuilder(whole, populated);
        long at = 0;
        for (Run run : books) {
            builder.add(at, run.firstPage(), State.ABSENT);
            builder.add(run.firstPage(), run.endPage(), run.state());
            at = run.endPage();
        }
        builder.add(at, pages, State.ABSENT);
        return new PageMap(arena, pageBytes, exact, whole);
    }

    /**
     * How many pages are in each state.
     *
     * @return a count for every state
     */
    public Map<State, Long> counts() {
        Map<State, Long> counts = new EnumMap<>(State.class);
        for (State state : State.values()) {
            counts.put(state, 0L);
        }
        for (Run run : runs) {
            counts.merge(run.state(), run.pages(), Long::sum);
        }
        return counts;
    }

    /**
     * The picture in letters: a grid up to the last page that is not free, and a legend. A letter stands for one or more
     * pages; it shows the state that matters most of them, {@code +} if less than half of them are populated.
     *
     * @return lines
     */
    public String toText() {
        return new PageMapText(this).toString();
    }

    /**
     * The same as a drawing.
     *
     * @return an SVG document, in UTF-8 if written to a file
     */
    public String toSvg() {
        return new PageMapSvg(this).toString();
    }
}
