package org.quern.vmap;

import java.util.Map;

/** Draws a page map as SVG: a grid of cells, equal neighbours as one bar, with a legend. */
final class PageMapSvg {
    private static final int CELL = 12;
    private static final int LEFT = 96;
    private static final int TOP = 40;
    private static final String THIN = "0.45"; // opacity of a cell that is less than half populated

    private final PageMap map;
    private final PageMapGrid grid;
    private final StringBuilder out = new StringBuilder();

    PageMapSvg(PageMap map) {
        this.map = map;
        this.grid = new PageMapGrid(map);
    }

    @Override
    public String toString() {
        out.setLength(0);
        int rows = (grid.cells() + PageMapGrid.COLUMNS - 1) / PageMapGrid.COLUMNS;
        int width = LEFT + PageMapGrid.COLUMNS * CELL + 16;
        int height = TOP + rows * CELL + 24 + 18 * PageMap.State.values().length + 8;
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ").append(width).append(' ')
                .append(height).append("\" width=\"").append(width).append("\" height=\"").append(height)
                .append("\" font-family=\"sans-serif\" font-size=\"12\">\n");
        out.append("<title>Pages of arena ").append(escaped(map.arena())).append("</title>\n");
        out.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(16, 24, map.arena() + ": " + grid.shownPages() + " pages up to the last in use, " + grid.pagesPerCell()
                + " to a cell" + (map.exact() ? "" : "; population is an upper bound"));
        for (int row = 0; row < rows; row++) {
            text(16, TOP + row * CELL + 10, Long.toString((long) row * PageMapGrid.COLUMNS * grid.pagesPerCell()));
            row(row);
        }
        legend(TOP + rows * CELL + 24);
        return out.append("</svg>\n").toString();
    }

    private void row(int row) {
        int begin = row * PageMapGrid.COLUMNS;
        int end = Math.min(begin + PageMapGrid.COLUMNS, grid.cells());
        for (int cell = begin; cell < end;) {
            int next = cell + 1;
            while (next < end && grid.state(next) == grid.state(cell) && grid.isThin(next) == grid.isThin(cell)) {
                next++;
            }
            bar(LEFT + (cell - begin) * CELL, TOP + row * CELL, (next - cell) * CELL - 1, grid.state(cell),
                    grid.isThin(cell));
            cell = next;
        }
    }

    private void legend(int top) {
        int y = top;
        for (Map.Entry<PageMap.State, Long> count : map.counts().entrySet()) {
            bar(LEFT, y, CELL - 1, count.getKey(), false);
            text(LEFT + 20, y + 10, count.getKey().title() + ": " + count.getValue());
            y += 18;
        }
    }

    private void bar(int x, int y, int width, PageMap.State state, boolean thin) {
        out.append("<rect x=\"").append(x).append("\" y=\"").append(y).append("\" width=\"").append(width)
                .append("\" height=\"").append(CELL - 1).append("\" fill=\"").append(state.colour()).append('"')
                .append(thin ? " fill-opacity=\"" + THIN + "\"" : "").append("/>\n");
    }

    private void text(int x, int y, String line) {
        out.append("<text x=\"").append(x).append("\" y=\"").append(y).append("\" fill=\"#263238\">")
                .append(escaped(line)).append("</text>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
