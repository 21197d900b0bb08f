package org.quern.xarray;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;

import com.google.common.collect.testing.ConcurrentNavigableMapTestSuiteBuilder;
import com.google.common.collect.testing.Helpers;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestSortedMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import junit.framework.TestFailure;
import junit.framework.TestResult;
import junit.framework.TestSuite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Guava's suite for concurrent navigable maps over the map view, with keys of which half are negative as signed numbers. The suite itself makes the sub, head, tail and descending views of
 * what it is given.
 */
class MapSuiteTest {
    private static final int LEAST_TESTS = 20_000;
    private static final int ARRAYS = 256;
    private final List<XArray<String>> arrays = new ArrayList<>();
    private int created;

    @AfterEach
    void close() {
        arrays.forEach(XArray::close);
    }

    @Test
    void guavaSuitePasses() { // L01
        TestSuite suite = ConcurrentNavigableMapTestSuiteBuilder.using(new Maps(this::create))
                .named("XArray.asMap")
                .withFeatures(MapFeature.GENERAL_PURPOSE, CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.KNOWN_ORDER, CollectionSize.ANY)
                .createTestSuite();
        TestResult result = new TestResult();
        suite.run(result);
        System.out.println("Guava's ConcurrentNavigableMap suite: tests run " + result.runCount() + ", failures "
                + result.failureCount() + ", errors " + result.errorCount());
        assertThat(texts(result.failures())).isEmpty();
        assertThat(texts(result.errors())).isEmpty();
        assertThat(result.runCount()).isGreaterThan(LEAST_TESTS);
    }

    private static List<String> texts(Enumeration<TestFailure> failures) {
        List<String> texts = new ArrayList<>();
        while (failures.hasMoreElements()) {
            TestFailure failure = failures.nextElement();
            texts.add(failure.failedTest() + ": " + failure.exceptionMessage());
        }
        return texts.subList(0, Math.min(20, texts.size()));
    }

    /** Address space is not for tens of thousands of arrays: a few are used in turn, cleared. No test has more than a few maps at once. */
    private SortedMap<Long, String> create() {
        XArray<String> array;
        if (arrays.size() < ARRAYS) {
            array = XArray.create(XArrayConfig.defaults().withMaxNodeBytes(1 << 20));
            arrays.add(array);
        } else {
            array = arrays.get(created % ARRAYS);
            TreeChecker.check(array.tree());
            array.clear();
        }
        created++;
        return array.asMap();
    }

    private record Maps(Supplier<SortedMap<Long, String>> made) implements TestSortedMapGenerator<Long, String> {
        private static final Comparator<Long> UNSIGNED = Long::compareUnsigned;

        private static Map.Entry<Long, String> entry(Long key, String value) {
            return Helpers.mapEntry(key, value);
        }

        @Override
        public SampleElements<Map.Entry<Long, String>> samples() {
            return new SampleElements<>(entry(10L, "one"), entry(20L, "two"), entry(Long.MIN_VALUE, "three"),
                    entry(-20L, "four"), entry(-10L, "five"));
        }

        @Override
        @SuppressWarnings("unchecked")
        public SortedMap<Long, String> create(Object... entries) {
            SortedMap<Long, String> map = made.get();
            for (Object entry : entries) {
                Map.Entry<Long, String> pair = (Map.Entry<Long, String>) entry;
                map.put(pair.getKey(), pair.getValue());
            }
            return map;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public Map.Entry<Long, String>[] createArray(int length) {
            return new Map.Entry[length];
        }

        @Override
        public Long[] createKeyArray(int length) {
            return new Long[length];
        }

        @Override
        public String[] createValueArray(int length) {
            return new String[length];
        }

        @Override
        public Iterable<Map.Entry<Long, String>> order(List<Map.Entry<Long, String>> insertion) {
            insertion.sort(Map.Entry.comparingByKey(UNSIGNED));
            return insertion;
        }

        @Override
        public Map.Entry<Long, String> belowSamplesLesser() {
            return entry(0L, "below lesser");
        }

        @Override
        public Map.Entry<Long, String> belowSamplesGreater() {
            return entry(2L, "below greater");
        }

        @Override
        public Map.Entry<Long, String> aboveSamplesLesser() {
            return entry(-2L, "above lesser");
        }

        @Override
        public Map.Entry<Long, String> aboveSamplesGreater() {
            return entry(-1L, "above greater");
        }
    }
}
