package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tags that belong to an object: stored, read, changed and compared together with it, and gone with it. */
class TaggedEntriesTest {
    private static final long[] INDICES = {0, 1, 63, 64, 4096, 1L << 62, -1L};

    private final XArray<String> array = XArray.create(XArrayConfig.defaults().withMaxNodeBytes(16 << 20));
    private final TaggedEntries<String> tagged = array.tagged();
    private final Probe<String> probe = new Probe<>();

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    @Test
    void tagsAreReadBackAndIndependentOfMarks() { // A04
        for (long index : INDICES) {
            for (int tag = 0; tag <= 3; tag++) {
                tagged.store(index, "it", tag);
                array.mark(index, Mark.M1);
                assertThat(tagged.tagAt(index)).isEqualTo(tag);
                assertThat(array.load(index)).isEqualTo("it");
                assertThat(array.isMarked(index, Mark.M1)).isTrue();
                assertThat(tagged.setTag(index, 3 - tag)).isEqualTo(tag);
                assertThat(tagged.tagAt(index)).isEqualTo(3 - tag);
                assertThat(array.isMarked(index, Mark.M1)).isTrue();
            }
        }
        assertThat(tagged.tagAt(77)).isEqualTo(-1);
        assertThat(tagged.setTag(77, 1)).isEqualTo(-1);
        array.reserve(77);
        assertThat(tagged.tagAt(77)).isEqualTo(-1);
        assertThat(tagged.setTag(77, 1)).isEqualTo(-1);
        assertThat(tagged.load(77, probe)).isFalse();
    }

    @Test
    void aTagGoesWithItsObject() {
        tagged.store(5, "a", 2);
        assertThat(array.store(5, "b")).isEqualTo("a");
        assertThat(tagged.tagAt(5)).isZero();
        assertThat(tagged.store(5, "c", 3)).isEqualTo("b");
        assertThat(tagged.store(5, "d", 1)).isEqualTo("c");
        assertThat(array.compareAndSet(5, "d", "e")).isTrue();
        assertThat(tagged.tagAt(5)).isZero();
        tagged.store(5, "f", 1);
        assertThat(array.erase(5)).isEqualTo("f");
        array.store(5, "g");
        assertThat(tagged.tagAt(5)).isZero();
        tagged.store(6, "x", 2);
        assertThat(array.setReserved(6)).isTrue();
        array.fulfil(6, "y");
        assertThat(tagged.tagAt(6)).isZero();
    }

    @Test
    void comparesObjectAndTag() {
        assertThat(tagged.compareAndSet(9, null, 3, "a", 1)).isTrue();
        assertThat(tagged.compareAndSet(9, null, 0, "a", 1)).isFalse();
        assertThat(tagged.compareAndSet(9, "a", 0, "b", 2)).isFalse();
        assertThat(tagged.compareAndSet(9, "b", 1, "b", 2)).isFalse();
        assertThat(tagged.compareAndSet(9, "a", 1, "b", 2)).isTrue();
        assertThat(tagged.tagAt(9)).isEqualTo(2);
        assertThat(tagged.compareAndSet(9, "b", 2, "b", 0)).isTrue();
        assertThat(tagged.compareAndSet(9, "b", 0, null, 0)).isTrue();
        assertThat(array.isEmpty()).isTrue();
        array.reserve(9);
        assertThat(tagged.compareAndSet(9, null, 0, "a", 1)).isFalse();
        assertThatThrownBy(() -> tagged.compareAndSet(9, null, 4, "a", 1)).hasMessage("expectedTag=4: must be 0..3");
        assertThatThrownBy(() -> tagged.compareAndSet(9, null, 0, "a", -1)).hasMessage("tag=-1: must be 0..3");
        assertThatThrownBy(() -> tagged.store(9, "a", 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tagged.setTag(9, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tagged.store(9, null, 1)).isInstanceOf(NullPointerException.class);
        assertThat(array.isReserved(9)).isTrue();
    }

    @Test
    void everyWayToReadGivesTheObjectAndNotThePair() {
        tagged.store(0, "zero", 1); // in the head
        readAll(Map.of(0L, "zero"));
        for (int i = 1; i < 200; i++) {
            tagged.store(i, "i" + i, i & 3);
        }
        tagged.store(1 << 12, 10, "large", 2);
        Map<Long, String> expected = new TreeMap<>();
        array.forEach(expected::put);
        assertThat(expected).hasSize(201).containsEntry(4096L, "large").containsEntry(0L, "zero");
        readAll(expected);
        array.split(1 << 12, 9);
        assertThat(tagged.tagAt((1 << 12) + 513)).isEqualTo(2);
        assertThat(array.dump()).contains("tag 2").doesNotContain("Tagged");
        assertThat(array.compute(4096, (index, old) -> old)).isEqualTo("large");
        assertThat(tagged.tagAt(4096)).as("nothing has changed").isEqualTo(2);
        assertThat(array.merge(4096, "r", String::concat)).isEqualTo("larger");
        assertThat(array.<String>withEntry(3, value -> value + "!")).isEqualTo("i3!");
        array.clear();
        array.store(3, "new");
        assertThat(array.load(3)).isEqualTo("new");
    }

    private void readAll(Map<Long, String> expected) {
        Map<Long, String> seen = new TreeMap<>();
        tagged.forEach((index, value, tag) -> {
            seen.put(index, value);
            assertThat(tag).isEqualTo(tagged.tagAt(index));
        });
        assertThat(seen).isEqualTo(expected);
        array.forEachWhile(0, -1L, (index, value) -> expected.get(index).equals(value));
        assertThat(array.asMap()).isEqualTo(expected);
        assertThat(array.entries().values().toList()).hasSameElementsAs(expected.values());
        Object[] values = new Object[expected.size()];
        array.copyRange(0, -1L, null, new long[values.length], values, 0, values.length);
        assertThat(values).containsExactlyInAnyOrderElementsOf(expected.values());
        ReadCursor<String> cursor = array.cursor(0);
        while (cursor.next(-1L)) {
            assertThat(cursor.value()).isEqualTo(expected.get(cursor.index()));
            assertThat(cursor.tag()).isEqualTo(tagged.tagAt(cursor.index()));
        }
        for (boolean found = array.find(0, -1L, probe); found; found = array.findAfter(probe.index(), -1L, probe)) {
            assertThat(probe.value()).isEqualTo(expected.get(probe.index()));
            assertThat(probe.tag()).isEqualTo(tagged.tagAt(probe.index()));
        }
        assertThat(array.findLast(-1L, 0, probe)).isTrue();
        assertThat(probe.tag()).isEqualTo(tagged.tagAt(probe.index()));
    }

    @Test
    void agreesWithAModel() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Long, Map.Entry<String, Integer>> model = new TreeMap<>(Long::compareUnsigned);
        for (int i = 0; i < 50_000; i++) {
            long index = INDICES[random.nextInt(INDICES.length)] + random.nextInt(3);
            int tag = random.nextInt(4);
            String value = "v" + i;
            Map.Entry<String, Integer> old = model.get(index);
            switch (random.nextInt(5)) {
                case 0 -> {
                    assertThat(tagged.store(index, value, tag)).isEqualTo(old == null ? null : old.getKey());
                    model.put(index, Map.entry(value, tag));
                }
                case 1 -> {
                    array.erase(index);
                    model.remove(index);
                }
                case 2 -> {
                    assertThat(tagged.setTag(index, tag)).isEqualTo(old == null ? -1 : old.getValue());
                    model.computeIfPresent(index, (k, v) -> Map.entry(v.getKey(), tag));
                }
                case 3 -> {
                    boolean swapped = tagged.compareAndSet(index, old == null ? null : old.getKey(), tag, value, tag);
                    assertThat(swapped).isEqualTo(old == null || old.getValue() == tag);
                    if (swapped) {
                        model.put(index, Map.entry(value, tag));
                    }
                }
                default -> {
                    array.store(index, value);
                    model.put(index, Map.entry(value, 0));
                }
            }
            Map.Entry<String, Integer> now = model.get(index);
            assertThat(tagged.load(index, probe)).as("seed %d", seed).isEqualTo(now != null);
            if (now != null && (!now.getKey().equals(probe.value()) || now.getValue() != probe.tag())) {
                throw new AssertionError("seed " + seed + ": " + probe + " tag " + probe.tag() + ", should be " + now);
            }
        }
    }

    @Test
    void objectAndTagAreReadAsOne() throws InterruptedException {
        AtomicReference<String> wrong = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 200_000; i++) {
                int tag = i & 3;
                tagged.store(i % 3 == 0 ? 0 : 70, String.valueOf(tag), tag);
                if (i % 7 == 0) {
                    array.erase(70); // the other one moves into the head
                }
            }
        });
        for (int r = 0; r < 2; r++) {
            readers.add(Thread.ofPlatform().start(() -> {
                Probe<String> mine = new Probe<>();
                while (writer.isAlive()) {
                    for (long index : new long[]{0, 70}) {
                        if (tagged.load(index, mine) && !mine.value().equals(String.valueOf(mine.tag()))) {
                            wrong.set(mine + " tag " + mine.tag());
                        }
                    }
                    tagged.forEach((index, value, tag) -> {
                        if (!value.equals(String.valueOf(tag))) {
                            wrong.set(index + "=" + value + " tag " + tag);
                        }
                    });
                }
            }));
        }
        writer.join();
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(wrong).hasNullValue();
    }

    @Test
    void readingTagsAllocatesNothing() {
        tagged.store(70, "x", 2);
        int[] sum = {0};
        TaggedEntryConsumer<String> consumer = (index, value, tag) -> sum[0] += tag;
        assertThat(HeapTest.allocated(() -> {
            for (int i = 0; i < 10_000; i++) {
                sum[0] += tagged.tagAt(70) + (tagged.load(70, probe) ? 1 : 0);
                tagged.forEach(0, 100, consumer);
            }
        })).isZero();
    }
}
