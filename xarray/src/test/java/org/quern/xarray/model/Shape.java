package org.quern.xarray.model;

import org.quern.xarray.trace.Span;

/**
 * How many nodes a tree of 64 slots to a node has for given entries. On each level, from the leaves to the root, there is a node for each distinct prefix of the entries that
 * are at or below that level; the root is the lowest that covers the last index and is not below any entry.
 */
final class Shape {
    private static final int TOP = 60;

    private Shape() {}

    static int top(Model model) {
        if (model.isEmpty() || !needsNode(model)) {
            return -1;
        }
        int top = 0;
        for (Span span : model.spans()) {
            while (top < TOP && (span.last() >>> top + 6 != 0 || top < 6 * span.level())) {
                top += 6;
            }
        }
        return top;
    }

    private static boolean needsNode(Model model) {
        return model.spans().size() > 1 || model.spans().getFirst().last() != 0 || model.rooted();
    }

    static long nodes(Model model) {
        int top = top(model);
        long nodes = 0;
        long[] prefixes = new long[TOP / 6 + 1];
        java.util.Arrays.fill(prefixes, -1);
        for (Span span : model.spans()) {
            for (int shift = 6 * span.level(); shift <= top; shift += 6) {
                long prefix = shift == TOP ? 0 : span.first() >>> shift + 6;
                if (prefixes[shift / 6] != prefix) {
                    prefixes[shift / 6] = prefix;
                    nodes++;
                }
            }
        }
        return nodes;
    }
}
