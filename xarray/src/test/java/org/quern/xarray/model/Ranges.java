package org.quern.xarray.model;

import java.util.ArrayList;

import org.quern.xarray.trace.Span;

import static org.quern.xarray.trace.TracedArray.ABSENT;

/** Exact ranges: entries that stick out are first cut at the border, into the fewest aligned blocks. */
final class Ranges {
    private Ranges() {}

    static void fill(Model model, long first, long last, long value) {
        for (Span span : new ArrayList<>(model.overlapping(first, last))) {
            cut(model, span, first, last);
        }
        if (value == ABSENT) {
            model.wipe(first, last);
            return;
        }
        blocks(first, last, (from, order) -> model.storeOrder(from, order, value));
    }

    private static void cut(Model model, Span span, long first, long last) {
        boolean before = Long.compareUnsigned(span.first(), first) < 0;
        boolean after = Long.compareUnsigned(span.last(), last) > 0;
        if (!before && !after) {
            return;
        }
        model.wipe(span.first(), span.last());
        if (before) {
            again(model, span, span.first(), first - 1);
        }
        again(model, span, before ? first : span.first(), after ? last : span.last());
        if (after) {
            again(model, span, last + 1, span.last());
        }
    }

    private static void again(Model model, Span span, long first, long last) {
        blocks(first, last, (from, order) -> {
            model.storeOrder(from, order, span.value());
            for (int mark = 0; mark < 3; mark++) {
                if (span.hasMark(mark)) {
                    model.mark(from, mark);
                }
            }
        });
    }

    interface BlockConsumer {
        void accept(long first, int order);
    }

    static void blocks(long first, long last, BlockConsumer consumer) {
        for (long from = first;;) {
            int order = Orders.fitting(from, last);
            consumer.accept(from, order);
            long end = Orders.last(from, order);
            if (end == last) {
                return;
            }
            from = end + 1;
        }
    }
}
