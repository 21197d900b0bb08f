package org.quern.jmh.xarray;

import java.util.function.LongSupplier;

/**
 * What takes turns in a comparison.
 *
 * @param name the operation, then who does it: what stands before the comma groups the rows
 * @param operations how many one turn does
 * @param turn does them and gives a number that depends on all of them
 */
record Contestant(String name, long operations, LongSupplier turn) {
    Contestant(String name, int[] sequence, LongSupplier turn) {
        this(name, sequence.length, turn);
    }

    String group() {
        return name.substring(0, name.indexOf(','));
    }
}
