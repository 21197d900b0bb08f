package org.quern.xarray.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

import static org.quern.xarray.trace.Indices.CLUSTERED;
import static org.quern.xarray.trace.Indices.DENSE;
import static org.quern.xarray.trace.Indices.ENDS;
import static org.quern.xarray.trace.Indices.LEAVES;
import static org.quern.xarray.trace.Indices.LOW_AND_LAST;
import static org.quern.xarray.trace.Indices.POWERS;
import static org.quern.xarray.trace.Indices.SIXTY_FOURS;
import static org.quern.xarray.trace.Indices.SPARSE;
import static org.quern.xarray.trace.Indices.TINY;

/** What a random trace is made of: the kind of array, where the indices lie, and how often each operation comes. */
public enum TraceProfile {
    /** Single entries, close together. */
    DENSE_SMALL(Mix.NORMAL + Mix.MARKS, TINY, DENSE, LEAVES),
    /** Single entries anywhere. */
    SPARSE_64BIT(Mix.NORMAL + Mix.MARKS + Mix.WALKS, SPARSE, POWERS, SIXTY_FOURS, ENDS, LOW_AND_LAST),
    /** Orders 0 to 63, nested, split, in conflict. */
    MULTI_INDEX(Mix.NORMAL + Mix.MARKS + Mix.ORDERS + Mix.ORDERS, DENSE, LEAVES, CLUSTERED, SIXTY_FOURS, ENDS),
    /** Marks on entries of every size: unions, inheritance, retagging. */
    MARKS_HEAVY(Mix.NORMAL + Mix.MARKS + Mix.MARKS + Mix.CURSOR_MARKS + Mix.ORDERS, DENSE, LEAVES, CLUSTERED, SPARSE),
    /** Identifiers from 0. */
    ALLOC(Mix.NORMAL + Mix.IDS + Mix.IDS + Mix.RESERVATIONS, DENSE),
    /** Identifiers from 1, in cycles. */
    ALLOC1_CYCLIC(Mix.NORMAL + Mix.IDS + Mix.CYCLES + Mix.RESERVATIONS, DENSE),
    /** Reservations in every kind of array. */
    RESERVE_HEAVY(Mix.NORMAL + Mix.RESERVATIONS + Mix.RESERVATIONS, TINY, DENSE, LEAVES),
    /** Steps, pauses with changes meanwhile, iterations that erase. */
    CURSOR_WALKS(Mix.NORMAL + Mix.WALKS + Mix.WALKS + Mix.ORDERS, DENSE, LEAVES, ENDS, POWERS),
    /** Exact ranges that nest and end anywhere, never across an entry's edge. */
    RANGES(Mix.NORMAL + Mix.RANGES, DENSE, LEAVES, CLUSTERED),
    /** Exact ranges across the edges of entries, and up to the last index of all. */
    RANGES_OVERLAP(Mix.NORMAL + Mix.RANGES + Mix.RANGES + Mix.MARKS + Mix.ORDERS, DENSE, LEAVES, ENDS, SIXTY_FOURS),
    /** Everything, in every kind of array. */
    MIXED_EVERYTHING(Mix.NORMAL + Mix.MARKS + Mix.RESERVATIONS + Mix.WALKS + Mix.ORDERS + Mix.CURSOR_MARKS + Mix.IDS
            + Mix.RANGES, Indices.values());

    /** Operations with their weights. */
    private static final class Mix {
        static final String NORMAL = "store 12 erase 8 load 4 insert 4 cmpxchg 4 find 3 find_after 3 for_each 1 extract 1 empty 1 ";
        static final String MARKS = "set_mark 8 clear_mark 4 get_mark 3 marked 2 find 2 find_after 1 for_each_marked 1 extract 1 ";
        static final String ORDERS = "xstore 10 get_order 2 xsplit 3 xconflict 2 xcreate_fill 1 xcreate 1 xget_order 1 ";
        static final String CURSOR_MARKS = "xset_mark 4 xclear_mark 2 xinit_marks 1 xget_mark 2 xretag 2 xfind_marked 4 ";
        static final String WALKS = "xnext 2 xprev 2 xwalk 3 xfind 3 xpause 2 xpause_mut 2 xerase_iter 1 xload 2 xerr 1 ";
        static final String RESERVATIONS = "reserve 6 release 4 xload 2 xfind 1 ";
        static final String IDS = "alloc 10 alloc_cyclic 4 ";
        static final String CYCLES = "alloc_cyclic 20 ";
        static final String RANGES = "fill 10 get_order 1 ";
    }

    private final List<String> operations = new ArrayList<>();
    private final Indices[] indices;

    TraceProfile(String mix, Indices... indices) {
        this.indices = indices;
        String[] words = mix.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            operations.addAll(Collections.nCopies(Integer.parseInt(words[i + 1]), words[i]));
        }
    }

    /** Consecutive seeds go through all places. */
    Indices indices(long seed) {
        return indices[(int) Long.remainderUnsigned(seed, indices.length)];
    }

    TracedArray.Kind kind(SplittableRandom random) {
        return switch (this) {
            case ALLOC -> TracedArray.Kind.ALLOCATING;
            case ALLOC1_CYCLIC -> TracedArray.Kind.ALLOCATING_FROM_ONE;
            case RESERVE_HEAVY, MIXED_EVERYTHING -> TracedArray.Kind.values()[random.nextInt(3)];
            default -> TracedArray.Kind.PLAIN;
        };
    }

    String operation(SplittableRandom random) {
        return operations.get(random.nextInt(operations.size()));
    }
}
