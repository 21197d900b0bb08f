package org.quern.kapi;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What the value of one parameter must satisfy before the call is made. Each kind says in words what it asks
 * ({@link #rule}), which is the text of the documentation and of a {@link SpecViolationException} alike.
 *
 * <p>
 * Rules about numbers are here, rules about memory in {@link MemoryConstraint}. What two parameters must satisfy together
 * is a {@link Relation}; what no argument shows is a {@link Limit}.
 */
public sealed interface Constraint permits Constraint.OnNumber, MemoryConstraint {
    /**
     * What is asked, as the end of the sentence "must be ...".
     *
     * @return one phrase
     */
    String rule();

    /** A rule about a number. {@link #holds} never allocates: it runs before every call. */
    sealed interface OnNumber extends Constraint {
        /**
         * Whether a value is acceptable.
         *
         * @param value the argument, sign-extended to 64 bits
         * @return true if it is
         */
        boolean holds(long value);
    }

    /**
     * min &lt;= value &lt;= max, signed.
     *
     * @param min least value
     * @param max greatest value
     */
    record Range(long min, long max) implements OnNumber {
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
            return max == Long.MAX_VALUE ? "at least " + min : "in " + min + ".." + max;
        }
    }

    /**
     * No bit outside the named ones.
     *
     * @param known the bits that may be set everywhere
     * @param more bits that may be set on one architecture
     */
    record Mask(Constants known, List<MaskAddition> more) implements OnNumber {
        /**
         * Copies.
         *
         * @param known the bits that may be set everywhere
         * @param more bits that may be set on one architecture
         */
        public Mask {
            more = List.copyOf(more);
        }

        /**
         * The same bits everywhere.
         *
         * @param known the bits that may be set
         */
        public Mask(Constants known) {
            this(known, List.of());
        }

        /**
         * The bits that may be set on an architecture.
         *
         * @param architecture which
         * @return the mask
         */
        public long allowedOn(Architecture architecture) {
            long allowed = known.mask();
            for (int i = 0; i < more.size(); i++) { // no iterator: this runs before every call
                MaskAddition addition = more.get(i);
                allowed |= addition.architecture() == architecture ? addition.bits().mask() : 0;
            }
            return allowed;
        }

        @Override
        public boolean holds(long value) {
            return (value & ~allowedOn(Architecture.current())) == 0;
        }

        @Override
        public String rule() {
            return "a combination of " + known.names() + more.stream()
                    .map(a -> ", on " + a.architecture() + " also " + a.bits().names()).collect(Collectors.joining());
        }
    }

    /**
     * Bits that only one architecture knows.
     *
     * @param architecture the one
     * @param bits its bits
     */
    record MaskAddition(Architecture architecture, Constants bits) {}

    /**
     * One of the named values.
     *
     * @param known the values to choose from; an empty list accepts everything
     */
    record OneOf(Constants known) implements OnNumber {
        @Override
        public boolean holds(long value) {
            return known.entries().isEmpty() || known.contains(value);
        }

        @Override
        public String rule() {
            return "one of " + known.names();
        }
    }

    /**
     * A multiple of a power of two: aligned.
     *
     * @param bytes the unit
     */
    record MultipleOf(long bytes) implements OnNumber {
        /**
         * Checks the unit.
         *
         * @param bytes the unit
         * @throws IllegalArgumentException if it is not a power of two; 0 is none
         */
        public MultipleOf {
            if (bytes <= 0 || Long.bitCount(bytes) != 1) {
                throw new IllegalArgumentException("bytes=" + bytes + ": must be a power of two");
            }
        }

        @Override
        public boolean holds(long value) {
            return (value & (bytes - 1)) == 0;
        }

        @Override
        public String rule() {
            return "a multiple of " + bytes;
        }
    }

    /** A multiple of the page size. */
    record PageMultiple() implements OnNumber {
        @Override
        public boolean holds(long value) {
            return (value & (Page.SIZE - 1)) == 0;
        }

        @Override
        public String rule() {
            return "a multiple of the page size";
        }
    }

    /** A single bit. */
    record PowerOfTwo() implements OnNumber {
        @Override
        public boolean holds(long value) {
            return value != 0 && (value & (value - 1)) == 0;
        }

        @Override
        public String rule() {
            return "a power of two";
        }
    }

    /** Not zero. */
    record NonZero() implements OnNumber {
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
     * A place within a part of the address space, as an unsigned number.
     *
     * @param lowest the first address
     * @param highest the last address
     */
    record AddressRange(long lowest, long highest) implements OnNumber {
        /**
         * Checks the bounds.
         *
         * @param lowest the first address
         * @param highest the last address
         * @throws IllegalArgumentException if the range is empty
         */
        public AddressRange {
            if (Long.compareUnsigned(lowest, highest) > 0) {
                throw new IllegalArgumentException("lowest=0x" + Long.toHexString(lowest) + ": above highest=0x"
                        + Long.toHexString(highest));
            }
        }

        @Override
        public boolean holds(long value) {
            return Long.compareUnsigned(lowest, value) <= 0 && Long.compareUnsigned(value, highest) <= 0;
        }

        @Override
        public String rule() {
            return "an address in 0x" + Long.toHexString(lowest) + "..0x" + Long.toHexString(highest);
        }
    }

    /**
     * Anything else. Two are equal if their rules are: the test is code, and the rule says the same in words.
     *
     * @param test the check; must not allocate
     * @param rule the end of the sentence "must be ..."
     */
    record Custom(LongPredicate test, String rule) implements OnNumber {
        /**
         * Checks.
         *
         * @param test the check
         * @param rule the end of the sentence "must be ..."
         * @throws IllegalArgumentException if there are no words
         */
        public Custom {
            Words.required("constraint.rule", rule);
        }

        @Override
        public boolean holds(long value) {
            return test.test(value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Custom c && rule.equals(c.rule);
        }

        @Override
        public int hashCode() {
            return rule.hashCode();
        }
    }
}
