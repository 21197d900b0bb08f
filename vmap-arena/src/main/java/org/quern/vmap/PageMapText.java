package org.quern.vmap;

import java.util.Locale;
import java.util.Map;

/** Draws a page map in letters. */
final class PageMapText {
    private final PageMap map;
    private final PageMapGrid grid;

    PageMapText(PageMap map) {
        this.map = map;
        this.grid = new PageMapGrid(map);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        out.append(map.arena()).append(": ").append(grid.shownPages()).append(" pages of ").append(map.pageBytes())
                .append(" bytes up to the last in use, ").append(grid.pagesPerCell()).append(" to a letter\n");
        for (int cell = 0; cell < grid.cells(); cell++) {
            if (cell % PageMapGrid.COLUMNS == 0) {
                long page = cell * grid.pagesPerCell();
                out.append(cell == 0 ? "" : "\n").append(String.format(Locale.ROOT, "%12d  ", page));
            }
            out.append(grid.isThin(cell) ? '+' : grid.state(cell).letter());
        }
        out.append('\n');
        for (Map.Entry<PageMap.State, Long> count : map.counts().entrySet()) {
            if (count.getValue() > 0) {
                PageMap.State state = count.getKey();
                out.append(String.format(Locale.ROOT, "   %c %12d  %s%n", state.letter(), count.getValue(),
                        state.title()));
            }
        }
        if (!map.exact()) {
            out.append("   what is populated is not known on this back end: the upper bound is shown\n");
        }
        return out.toString();
    }
}
