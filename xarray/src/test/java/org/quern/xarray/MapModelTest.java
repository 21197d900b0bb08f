package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The map view against a TreeMap in unsigned order: random operations on random views of views. */
class MapModelTest {
    private final XArray<String> array = XArray.create(XArrayConfig.defaults().withMaxNodeBytes(64 << 20));

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    @Test
    void agreesWithATreeMap() { // L02
        long seed = Long.getLong("quern.seed", new SplittableRandom().nextLong());
        int operations = Integer.getInteger("quern.operations", 60_000);
        System.out.println("MapModelTest: -Dquern.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Long, String> model = new TreeMap<>(Long::compareUnsigned);
        ConcurrentNavigableMap<Long, String> map = array.asMap();
        for (int done = 0; done < operations;) {
            NavigableMap<Long, String> expected = model;
            NavigableMap<Long, String> actual = map;
            for (int depth = random.nextInt(4); depth > 0; depth--) {
                int kind = random.nextInt(4);
                long from = key(random);
                long to = key(random);
                boolean one = random.nextBoolean();
                boolean other = random.nextBoolean();
                NavigableMap<Long, String> narrowed = narrow(expected, kind, from, one, to, other);
                NavigableMap<Long, String> view = narrow(actual, kind, from, one, to, other);
                assertThat(view == null).as("bounds refused").isEqualTo(narrowed == null);
                expected = narrowed == null ? expected : narrowed;
                actual = view == null ? actual : view;
            }
            assertThat(new ArrayList<>(actual.entrySet())).isEqualTo(new ArrayList<>(expected.entrySet()));
            for (int i = 0; i < 40; i++, done++) {
                one(expected, actual, random);
            }
            if (model.size() > 300) {
                model.clear();
                map.clear();
            }
            assertThat(map).isEqualTo(model);
        }
    }

    private static NavigableMap<Long, String> narrow(NavigableMap<Long, String> map, int kind, long from, boolean one,
            long to, boolean other) {
        try {
            return switch (kind) {
                case 0 -> map.descendingMap();
                case 1 -> map.headMap(to, other);
                case 2 -> map.tailMap(from, one);
                default -> map.subMap(from, one, to, other);
            };
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void one(NavigableMap<Long, String> expected, NavigableMap<Long, String> actual,
            SplittableRandom random) {
        long key = key(random);
        String value = "v" + random.nextInt(4);
        int kind = random.nextInt(22);
        assertThat(outcome(actual, kind, key, value)).as("operation %s of %x", kind, key)
                .isEqualTo(outcome(expected, kind, key, value));
    }

    private static Object outcome(NavigableMap<Long, String> map, int kind, long key, String value) {
        try {
            return switch (kind) {
                case 0, 1, 2, 3 -> map.put(key, value);
                case 4 -> map.remove(key);
                case 5 -> map.remove(key, value);
                case 6 -> map.replace(key, value);
                case 7 -> map.replace(key, value, "w");
                case 8 -> map.putIfAbsent(key, value);
                case 9 -> map.floorEntry(key);
                case 10 -> map.ceilingEntry(key);
                case 11 -> map.lowerKey(key);
                case 12 -> map.higherKey(key);
                case 13 -> map.firstEntry();
                case 14 -> map.lastEntry();
                case 15 -> map.size();
                case 16 -> map.compute(key, (k, old) -> old == null ? value : old.equals(value) ? null : old + k);
                case 17 -> map.merge(key, value, (old, v) -> old.length() > 6 ? null : old + v);
                case 18 -> map.computeIfAbsent(key, k -> value + k);
                case 19 -> map.computeIfPresent(key, (k, old) -> old.length() > 3 ? null : old + k);
                case 20 -> map.get(key);
                default -> List.copyOf(map.descendingKeySet());
            };
        } catch (IllegalArgumentException e) {
            return "refused";
        }
    }

    private static long key(SplittableRandom random) {
        long near = random.nextInt(24);
        return switch (random.nextInt(4)) {
            case 0 -> near;
            case 1 -> -1 - near;
            case 2 -> Long.MIN_VALUE + near - 12;
            default -> near << 6 * random.nextInt(9);
        };
    }

    @Test
    void entriesThatSpanIndicesAreOneMapping() {
        ConcurrentNavigableMap<Long, String> map = array.asMap();
        array.store(64, 3, "eight");
        array.store(3, "three");
        array.reserve(5);
        assertThat(map).hasToString("{3=three, 64=eight}").hasSize(2);
        assertThat(map.get(65L)).isNull();
        assertThat(map.containsKey(71L)).isFalse();
        assertThat(map.floorKey(70L)).isEqualTo(64);
        assertThat(map.ceilingKey(65L)).isNull();
        assertThat(map.tailMap(66L)).isEmpty();
        assertThat(map.headMap(66L).lastKey()).isEqualTo(64);
        assertThat(map.subMap(65L, 70L).descendingMap()).isEmpty();
        assertThat(map.remove(65L)).isNull();
        assertThatThrownBy(() -> map.put(65L, "inside")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("key=65").hasMessageContaining("64");
        assertThat(map.put(64L, "EIGHT")).isEqualTo("eight");
        assertThat(array.load(70)).isEqualTo("EIGHT");
        assertThat(map.putIfAbsent(5L, "five")).isNull(); // a reservation is absent, and is fulfilled
        assertThat(map.keySet()).containsExactly(3L, 5L, 64L);
    }

    @Test
    void markedViewRemovesAndReplacesButTakesNothingNew() {
        for (long key = 0; key < 200; key++) {
            array.store(key, "v" + key);
            if (key % 10 == 0) {
                array.mark(key, Mark.M1);
            }
        }
        ConcurrentNavigableMap<Long, String> map = array.asMap(Mark.M1);
        assertThat(map).hasSize(20);
        assertThat(map.ceilingKey(11L)).isEqualTo(20);
        assertThat(map.floorEntry(19L)).isEqualTo(Map.entry(10L, "v10"));
        assertThat(map.get(11L)).isNull();
        assertThat(map.remove(11L)).isNull();
        assertThat(map.put(20L, "twenty")).isEqualTo("v20");
        assertThatThrownBy(() -> map.put(21L, "no")).isInstanceOf(UnsupportedOperationException.class);
        map.tailMap(100L).clear();
        assertThat(map).hasSize(10);
        assertThat(array.count(0, -1L)).isEqualTo(190);
    }
}
