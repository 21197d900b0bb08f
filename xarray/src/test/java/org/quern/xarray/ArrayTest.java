package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;

/** Creates both kinds of array for a parameterised test, checks the structure of each after every test, and closes it. */
abstract class ArrayTest {
    static final long ABSENT = LongXArray.ABSENT;
    static final long MAX = -1L;

    private final List<ArrayUnderTest> created = new ArrayList<>();

    /** What entries hold, and whether those far apart are packed. */
    enum Kind {
        LONGS(ArrayUnderTest::longs), OBJECTS(ArrayUnderTest::objects), //
        SPARSE_LONGS(config -> ArrayUnderTest.longs(config.compressed())), //
        SPARSE_OBJECTS(config -> ArrayUnderTest.objects(config.compressed()));

        private final Function<XArrayConfig, ArrayUnderTest> factory;

        Kind(Function<XArrayConfig, ArrayUnderTest> factory) {
            this.factory = factory;
        }

        ArrayUnderTest create(XArrayConfig config) {
            return factory.apply(config);
        }

        boolean isSparse() {
            return this == SPARSE_LONGS || this == SPARSE_OBJECTS;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    /** Those with nodes of one kind only: what counts nodes counts these. */
    static Stream<Kind> plainKinds() {
        return kinds().filter(kind -> !kind.isSparse());
    }

    ArrayUnderTest create(Kind kind) {
        return create(kind, XArrayConfig.defaults().withMaxNodeBytes(64 << 20));
    }

    ArrayUnderTest create(Kind kind, XArrayConfig config) {
        ArrayUnderTest array = kind.create(config);
        created.add(array);
        return array;
    }

    static long nodes(ArrayUnderTest array) {
        return array.stats().nodes();
    }

    @AfterEach
    final void checkAndClose() {
        for (ArrayUnderTest array : created) {
            TreeChecker.check(array.tree());
            array.close();
            TreeChecker.check(array.tree());
        }
    }
}
