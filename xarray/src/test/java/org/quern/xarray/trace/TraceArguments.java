package org.quern.xarray.trace;

import java.util.Set;
import java.util.SplittableRandom;

import org.quern.xarray.model.Orders;

/** Random arguments for each operation of a trace; half of the indices are near something that is there. */
final class TraceArguments {
    private static final Set<String> ADDS = Set.of("store", "insert", "xstore", "fill", "reserve", "alloc",
            "alloc_cyclic", "xcreate_fill", "xsplit");
    private static final long U32 = (1L << 32) - 1;
    private static final int MOST_PIECES = 8;

    private final SplittableRandom random;
    private final Indices indices;
    private final TraceInterpreter model;
    private final long[] cursors = new long[3];
    private int cursor;
    private long next = 1;

    TraceArguments(SplittableRandom random, Indices indices, TraceInterpreter model) {
        this.random = random;
        this.indices = indices;
        this.model = model;
    }

    static boolean adds(String name) {
        return ADDS.contains(name);
    }

    /** @return null if this operation has nothing to act on */
    String of(String name) {
        return switch (name) {
            case "store", "insert" -> index() + " " + entry();
            case "erase" -> text(random.nextInt(4) == 0 ? rawIndex() : present());
            case "load", "reserve", "release", "get_order", "xload", "xinit_marks", "xget_order" -> index();
            case "cmpxchg" -> compare();
            case "get_mark", "set_mark", "clear_mark", "xset_mark", "xclear_mark", "xget_mark" ->
                index() + " " + mark();
            case "marked" -> mark();
            case "empty", "destroy" -> "";
            case "find", "find_after" -> index() + " " + max() + " " + filter();
            case "extract" -> index() + " " + max() + " " + count() + " " + filter();
            case "for_each" -> index() + " " + max() + " " + count();
            case "for_each_marked" -> mark() + " " + count();
            case "fill" -> range();
            case "alloc" -> limit() + " " + entry();
            case "alloc_cyclic" -> cyclic();
            case "xstore" -> index() + " " + order() + " " + entry();
            case "xnext", "xprev" -> index() + " " + (1 + random.nextInt(20));
            case "xwalk" -> index() + " " + pattern();
            case "xfind" -> index() + " " + max() + " " + count();
            case "xfind_marked" -> index() + " " + max() + " " + mark() + " " + count();
            case "xpause" -> index() + " " + max() + " " + count() + " " + (1 + random.nextInt(4));
            case "xpause_mut" -> index() + " " + max() + " " + (1 + random.nextInt(5)) + " " + index() + " " + entry()
                    + " " + count();
            case "xerase_iter" -> index() + " " + max() + " " + (1 + random.nextInt(8));
            case "xretag" -> retag();
            case "xconflict" -> index() + " " + order();
            case "xsplit" -> split();
            case "xcreate_fill", "xcreate" -> index() + " " + random.nextInt(8)
                    + (name.equals("xcreate") ? "" : " v" + next * 1000);
            case "xerr" -> index() + " EINVAL";
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Remembers what later arguments depend on. */
    void answered(TraceLine line) {
        if (line.name().equals("alloc_cyclic") && line.result().contains("next=")) {
            cursors[cursor] = Long.parseLong(line.result().substring(line.result().indexOf("next=") + 5));
        }
    }

    private static String text(long index) {
        return Long.toUnsignedString(index);
    }

    private long rawIndex() {
        return avoidsZero(indices.next(random));
    }

    /** Index 0 of an array that allocates from 1 belongs to the array. */
    private long avoidsZero(long index) {
        return index == 0 && model.array().kind() == TracedArray.Kind.ALLOCATING_FROM_ONE ? 1 : index;
    }

    private long present() {
        long from = rawIndex();
        Span near = spanAfter(from);
        if (near == null) {
            return from;
        }
        long inside = near.slots() == 1 && near.level() == 0
                ? near.first()
                : near.first() + random.nextLong() % (near.last() - near.first() + 1);
        return avoidsZero(near.covers(inside) ? inside : near.first());
    }

    private Span spanAfter(long from) {
        try (TracedCursor cursor = model.array().cursor(from)) {
            return cursor.next(-1L);
        }
    }

    private String index() {
        return text(switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> rawIndex();
            case 4 -> avoidsZero(present() + 1);
            default -> present();
        });
    }

    private String max() {
        return text(switch (random.nextInt(4)) {
            case 0 -> rawIndex();
            case 1 -> present();
            default -> -1L;
        });
    }

    private String entry() {
        return switch (random.nextInt(16)) {
            case 0 -> "-";
            case 1 -> "v" + (random.nextLong() >>> 1);
            case 2 -> "v" + (Long.MAX_VALUE - random.nextInt(3));
            case 3 -> "v" + random.nextInt(10);
            default -> "v" + next++;
        };
    }

    private String compare() {
        long index = present();
        Span there = model.array().spanAt(index);
        String expected = random.nextInt(3) == 0 ? entry() : TraceLine.text(CursorLines.value(there));
        return text(index) + " " + expected + " " + entry();
    }

    private int firstMark() {
        return model.array().kind() == TracedArray.Kind.PLAIN ? 0 : 1;
    }

    private String mark() {
        return Integer.toString(firstMark() + random.nextInt(3 - firstMark()));
    }

    private String filter() {
        return random.nextBoolean() ? "p" : mark();
    }

    private int count() {
        return random.nextInt(4) == 0 ? 40 : random.nextInt(9);
    }

    /** Mostly small, so that an array does not consist of one entry. */
    private int order() {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> random.nextInt(14);
            case 2 -> 6 * random.nextInt(3);
            case 3 -> random.nextInt(40) == 0 ? random.nextInt(64) : random.nextInt(8);
            default -> random.nextInt(6);
        };
    }

    private String range() {
        long a = random.nextBoolean() ? rawIndex() : present();
        long length = switch (random.nextInt(8)) {
            case 0 -> random.nextLong() >>> random.nextInt(64);
            case 1 -> random.nextInt(5000);
            default -> random.nextInt(200);
        };
        long b = random.nextInt(50) == 0 ? -1L : a + length;
        long first = Long.compareUnsigned(a, b) <= 0 ? a : b;
        return text(avoidsZero(first)) + " " + text(avoidsZero(a ^ b ^ first)) + " " + entry();
    }

    private String limit() {
        return switch (random.nextInt(10)) {
            case 0 -> "10 5";
            case 1 -> random.nextInt(300) + " " + (300 + random.nextInt(10));
            case 2 -> (U32 - random.nextInt(10)) + " " + U32;
            case 3 -> (Long.MAX_VALUE - random.nextInt(10)) + " " + Long.MAX_VALUE;
            case 4 -> "0 63";
            case 5 -> "7 7";
            default -> "0 " + U32;
        };
    }

    private String cyclic() {
        cursor = random.nextInt(3);
        String limit = cursor == 0 ? "1 43" : cursor == 1 ? "0 " + U32 : "200 282";
        long from = random.nextInt(60) == 0 ? U32 - random.nextInt(3) : cursors[cursor];
        return limit + " " + from + " " + entry();
    }

    private String pattern() {
        StringBuilder steps = new StringBuilder();
        for (int i = 1 + random.nextInt(24); i > 0; i--) {
            steps.append(random.nextBoolean() ? 'n' : 'p');
        }
        return steps.toString();
    }

    private String retag() {
        String set = random.nextInt(3) == 0 ? "-" : mark();
        return index() + " " + max() + " " + mark() + " " + set + " " + (1 + random.nextInt(20));
    }

    /** Into at most 2^8 pieces; null if there is nothing to split near by. */
    private String split() {
        for (int attempt = 0; attempt < 8; attempt++) {
            Span span = spanAfter(rawIndex());
            if (span != null && span.first() != span.last()) {
                int order = Orders.fitting(span.first(), span.last());
                int to = order - 1 - random.nextInt(Math.min(order, MOST_PIECES));
                return text(span.first()) + " " + order + " " + to + " " + entryPresent();
            }
        }
        return null;
    }

    private String entryPresent() {
        return "v" + next++;
    }
}
