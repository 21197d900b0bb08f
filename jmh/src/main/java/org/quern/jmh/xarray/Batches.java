package org.quern.jmh.xarray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

import org.quern.xarray.LongBatch;
import org.quern.xarray.LongXArray;

/** Many indices at once, 1,024 in a call: batches against single operations and a plain array, which is the limit. Random ones, and 1,024 adjacent ones from the beginning of some leaf on. */
final class Batches implements AutoCloseable {
    private static final int SIZE = RandomIndices.BATCH;

    private final int entries;
    private final int[] sequence;
    private final long[] plain;
    private final LongXArray array = LongXArray.create();
    private final LongBatch batch;
    private final long[] indices = new long[SIZE];
    private final long[] values = new long[SIZE];

    Batches(int entries) {
        this.entries = entries;
        this.sequence = new RandomIndices(entries).sequence();
        this.plain = new long[entries];
        for (int i = 0; i < entries; i++) {
            plain[i] = i;
            array.store(i, i);
        }
        this.batch = array.batch();
    }

    List<Contestant> all() {
        List<Contestant> contestants = new ArrayList<>(of("random", false));
        contestants.addAll(of("adjacent", true));
        return contestants;
    }

    private List<Contestant> of(String order, boolean adjacent) {
        return List.of(contestant("load " + order + ", long[]", adjacent, of -> {
            for (int i = 0; i < SIZE; i++) {
                values[i] = plain[(int) of[i]];
            }
            return values[0];
        }), contestant("load " + order + ", LongXArray", adjacent, of -> {
            for (int i = 0; i < SIZE; i++) {
                values[i] = array.load(of[i]);
            }
            return values[0];
        }), contestant("load " + order + ", LongBatch", adjacent, of -> {
            batch.load(of, values, SIZE);
            return values[0];
        }), contestant("overwrite " + order + ", long[]", adjacent, of -> {
            for (int i = 0; i < SIZE; i++) {
                plain[(int) of[i]] = values[i];
            }
            return values[0];
        }), contestant("overwrite " + order + ", LongXArray", adjacent, of -> {
            for (int i = 0; i < SIZE; i++) {
                array.store(of[i], values[i]);
            }
            return values[0];
        }), contestant("overwrite " + order + ", LongBatch", adjacent, of -> {
            batch.store(of, values, SIZE);
            return values[0];
        }), contestant("erase and insert " + order + ", LongXArray", adjacent, of -> {
            for (long index : of) {
                array.erase(index);
            }
            long inserted = 0;
            for (int i = 0; i < SIZE; i++) {
                inserted += array.insert(of[i], values[i]) ? 1 : 0;
            }
            return inserted;
        }), contestant("erase and insert " + order + ", LongBatch", adjacent,
                of -> batch.erase(of, SIZE) + batch.insert(of, values, SIZE)));
    }

    private Contestant contestant(String name, boolean adjacent, ToLongFunction<long[]> call) {
        return new Contestant(name, sequence.length, () -> {
            Arrays.fill(values, 7);
            long sum = 0;
            for (int start = 0; start < sequence.length; start += SIZE) {
                int first = Math.min(sequence[start] & -64, entries - SIZE);
                for (int i = 0; i < SIZE; i++) {
                    indices[i] = adjacent ? first + i : sequence[start + i];
                }
                sum += call.applyAsLong(indices);
            }
            return sum;
        });
    }

    @Override
    public void close() {
        array.close();
    }
}
