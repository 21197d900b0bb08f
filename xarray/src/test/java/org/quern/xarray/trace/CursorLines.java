package org.quern.xarray.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The lines that use a cursor: each makes one, does what the line says, and closes it. */
final class CursorLines {
    private final TracedArray array;

    CursorLines(TracedArray array) {
        this.array = array;
    }

    String run(TraceLine line) {
        return switch (line.name()) {
            case "xload" -> with(line, cursor -> TraceLine.text(value(cursor.load())));
            case "xstore" -> store(line);
            case "xnext" -> walk(line, "n".repeat(line.number(1)));
            case "xprev" -> walk(line, "p".repeat(line.number(1)));
            case "xwalk" -> walk(line, line.arguments()[1]);
            case "xfind" -> iterate(line, TracedArray.PRESENT, line.number(2), cursor -> {});
            case "xfind_marked" -> iterate(line, line.number(2), line.number(3), cursor -> {});
            case "xpause" -> pausing(line);
            case "xpause_mut" -> changing(line);
            case "xerase_iter" ->
                iterate(line, TracedArray.PRESENT, line.number(2), cursor -> cursor.store(TracedArray.ABSENT));
            case "xretag" -> retag(line);
            case "xconflict" -> conflicts(line);
            case "xsplit" -> split(line);
            case "xcreate_fill" -> createAndFill(line);
            case "xcreate" -> {
                array.prepare(line.index(0), line.number(1));
                yield "ok";
            }
            case "xset_mark" -> marking(line, cursor -> cursor.mark(line.number(1)));
            case "xclear_mark" -> marking(line, cursor -> cursor.unmark(line.number(1)));
            case "xinit_marks" -> marking(line, TracedCursor::resetMarks);
            case "xget_mark" -> with(line,
                    cursor -> TraceLine.text(value(cursor.load())) + " " + cursor.isMarked(line.number(1)));
            case "xget_order" -> with(line, cursor -> TraceLine.text(value(cursor.load())) + " "
                    + Math.max(0, array.orderAt(line.index(0))));
            case "xerr" -> failed(line);
            default -> throw new IllegalArgumentException("unknown operation: " + line.operation());
        };
    }

    private interface Use {
        String of(TracedCursor cursor);
    }

    private String with(TraceLine line, Use use) {
        try (TracedCursor cursor = array.cursor(line.index(0))) {
            return use.of(cursor);
        }
    }

    static long value(Span span) {
        return span == null ? TracedArray.ABSENT : span.value();
    }

    private static String at(long index, Span span) {
        return Long.toUnsignedString(index) + ":" + TraceLine.text(value(span));
    }

    private static String list(List<String> items) {
        return "[" + String.join(" ", items) + "]";
    }

    private String store(TraceLine line) {
        long index = line.index(0);
        int order = line.number(1);
        long value = line.value(2);
        long old = value(array.spanAt(index));
        if (value == TracedArray.ABSENT) {
            array.eraseOrder(index, order);
        } else {
            array.storeOrder(index, order, value);
        }
        return order == 0 ? TraceLine.text(old) : "ok";
    }

    /** {@code I OLD NEW E}; in a list that has been made shorter there may be another entry at I, and not as many pieces can be afforded. */
    private String split(TraceLine line) {
        if (array.orderAt(line.index(0)) == line.number(1)) {
            array.split(line.index(0), line.number(2), line.value(3));
        }
        return "ok";
    }

    /** The recording shows a word for continuation slots; what we deliver there is the content, so the word is put in here. */
    private String walk(TraceLine line, String pattern) {
        return with(line, cursor -> {
            List<String> steps = new ArrayList<>();
            for (int i = 0; i < pattern.length(); i++) {
                Span span = pattern.charAt(i) == 'n' ? cursor.stepForward() : cursor.stepBack();
                boolean continued = i > 0 && span != null && span.slot(cursor.index()) != 0;
                steps.add(continued ? Long.toUnsignedString(cursor.index()) + ":sib" : at(cursor.index(), span));
            }
            return list(steps);
        });
    }

    /** {@code I MAX .. N}: what is done at each entry is done after it was noted. */
    private String iterate(TraceLine line, int filter, int limit, Consumer<TracedCursor> each) {
        return with(line, cursor -> {
            List<String> found = new ArrayList<>();
            while (found.size() < limit) {
                Span span = filter == TracedArray.PRESENT
                        ? cursor.next(line.index(1))
                        : cursor.nextMarked(line.index(1), filter);
                if (span == null) {
                    break;
                }
                found.add(at(cursor.index(), span));
                each.accept(cursor);
            }
            return list(found);
        });
    }

    private String pausing(TraceLine line) {
        int every = line.number(3);
        int[] count = {0};
        return iterate(line, TracedArray.PRESENT, line.number(2), cursor -> {
            if (++count[0] % every == 0) {
                cursor.pause();
            }
        });
    }

    /** {@code I MAX P J E N}: after the P-th entry, if more are wanted, pause and change J. */
    private String changing(TraceLine line) {
        int limit = line.number(5);
        int[] count = {0};
        return iterate(line, TracedArray.PRESENT, limit, cursor -> {
            if (++count[0] == line.number(2) && count[0] < limit) {
                cursor.pause();
                if (line.value(4) == TracedArray.ABSENT) {
                    array.erase(line.index(3));
                } else {
                    array.store(line.index(3), line.value(4));
                }
            }
        });
    }

    /** {@code I MAX M1 M2 N}. */
    private String retag(TraceLine line) {
        String set = line.arguments()[3];
        return iterate(line, line.number(2), line.number(4), cursor -> {
            if (!set.equals("-")) {
                cursor.mark(Integer.parseInt(set));
            }
            cursor.unmark(line.number(2));
        });
    }

    private String conflicts(TraceLine line) {
        return list(array.conflicts(line.index(0), line.number(1)).stream()
                .map(span -> TraceLine.text(span.value()) + "/" + Math.max(0, array.orderAt(span.first()))).toList());
    }

    private String createAndFill(TraceLine line) {
        List<String> before = array.conflicts(line.index(0), line.number(1)).stream()
                .map(span -> at(span.first(), span)).toList();
        array.prepareAndFill(line.index(0), line.number(1), line.value(2));
        return list(before);
    }

    private String marking(TraceLine line, Consumer<TracedCursor> change) {
        return with(line, cursor -> {
            Span span = cursor.load();
            if (span != null) {
                change.accept(cursor);
            }
            return TraceLine.text(value(span));
        });
    }

    /** Our cursors have no error state: what fails throws, and the cursor can still be used. So only that nothing has changed is shown here. */
    private String failed(TraceLine line) {
        return "load=- store=- next=- prev=- find=- find_marked=- mark=false index=" + line.arguments()[0] + " error="
                + line.arguments()[1] + " after_reset=" + TraceLine.text(value(array.spanAt(line.index(0))));
    }
}
