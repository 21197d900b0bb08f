package org.quern.kapi;

import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * What the value of one parameter must satisfy before the call is made. Each kind says in words what it asks
 * ({@link #rule}), which is the text of the documentation and of a {@link SpecViolationException} alike.
 *
 * <p>
 * {@link #holds} never allocates: it runs before every call.
 */
public sealed interface Constraint {
    /**
     * Whether a value is acceptable.
     *
     * @param value the argument, sign-extended to 64 bits
     * @return true if it is
     */
    boolean holds(long value);

    /**
     * What is asked, as the end of the sentence "must be ...".
     *
     * @return one phrase
     */
    String rule();

    /**
     * min &lt;= value &lt;= max, signed.
     *
     * @param min least value
     * @param max greatest value
     */
    record Range(long min, long max) implements Constraint {
        /**
         * Checks the bounds.
         *
         * @param min least value
         * @param max greatest value
         * @throws IllegalArgumentException if min is greater than max
         */
        public Range {
            if (min > max) {
                throw new IllegalArgumentException("min=" + min + ": greater than max=" + max);
            }
        }

        @Override
        public boolean holds(long value) {
            return min <= value && value <= max;
        }

        @Override
        public String rule() {
            if (max == Long.MAX_VALUE) {
                return "at least " + min;
            }
            return "in " + min + ".." + max;
        }
    }

    /**
     * No bit outside the named ones.
     *
     * @param known the bits that may be set
     */
    record Mask(Constants known) implements Constraint {
        @Override
        public boolean holds(long value) {
            return (value & ~known.mask()) == 0;
        }

        @Override
        public String rule() {
            return "a combination of "
                    + String.join(", ", known.entries().stream().map(Constants.Constant::name).toList());
        }
    }

    /**
     * One of the named values.
     *
     * @param known the values to choose from; an empty list accepts everything
     */
    record OneOf(Constants known) implements Constraint {
        @Override
        public boolean holds(long value) {
            return known.entries().isEmpty() || known.contains(value);
        }

        @Override
        public String rule() {
            return "one of " + String.join(", ", known.entries().stream().map(Constants.Constant::name).toList());
        }
    }

    /**
     * A multiple of a unit that is a power of two and is known only at run time, such as the page size.
     *
     * @param unit the unit
     * @param name what the unit is called
     */
    record MultipleOf(LongSupplier unit, String name) implements Constraint {
        @Override
        public boolean holds(long value) {
            return (value & (unit.getAsLong() - 1)) == 0;
        }

        @Override
        public String rule() {
            return "a multiple of the " + name;
        }
    }

    /** Not zero. */
    record NonZero() implements Constraint {
        @Override
        public boolean holds(long value) {
            return value != 0;
        }

        @Override
        public String rule() {
            return "other than 0";
        }
    }

    /**
     * Anything else, with its rule in words.
     *
     * @param test the check; must not allocate
     * @param rule the end of the sentence "must be ..."
     */
    record Custom(LongPredicate test, String rule) implements Constraint {
        @Override
        public boolean holds(long value) {
            return test.test(value);
        }
    }
}
