package org.quern.kapi;

import org.jspecify.annotations.Nullable;

/** What two parameters of one call must satisfy together. Never allocates: it is checked before every call. */
public sealed interface Relation {
    /**
     * One of the two.
     *
     * @return name of the first parameter
     */
    String first();

    /**
     * The other.
     *
     * @return name of the second parameter
     */
    String second();

    /**
     * Whether two values satisfy the relation.
     *
     * @param first value of the first parameter, sign-extended
     * @param second value of the second parameter, sign-extended
     * @return true if they do
     */
    boolean holds(long first, long second);

    /**
     * The relation in words.
     *
     * @return one phrase
     */
    String rule();

    /** A check of two numbers. */
    @FunctionalInterface
    interface Test {
        /**
         * Whether two values satisfy a relation.
         *
         * @param first value of the first parameter
         * @param second value of the second parameter
         * @return true if they do
         */
        boolean holds(long first, long second);
    }

    /** The relations that occur again and again. */
    enum Kind {
        /** first + second does not wrap around as an unsigned 64-bit sum. */
        SUM_DOES_NOT_WRAP {
            @Override
            boolean holds(long first, long second) {
                return Long.compareUnsigned(first + second, first) >= 0;
            }

            @Override
            String rule(String first, String second) {
                return first + " + " + second + " must not wrap around";
            }
        },
        /** first + second, rounded up to a whole page, does not wrap around as an unsigned 64-bit sum. */
        PAGES_DO_NOT_WRAP {
            @Override
            boolean holds(long first, long second) {
                long sum = first + second;
                return Long.compareUnsigned(sum, first) >= 0 && Long.compareUnsigned(sum, -Page.SIZE) <= 0;
            }

            @Override
            String rule(String first, String second) {
                return first + " + " + second + ", rounded up to a page, must not wrap around";
            }
        },
        /** first is not above second, both unsigned. */
        AT_MOST {
            @Override
            boolean holds(long first, long second) {
                return Long.compareUnsigned(first, second) <= 0;
            }

            @Override
            String rule(String first, String second) {
                return first + " must be at most " + second;
            }
        },
        /** No bit is set in both. */
        DISJOINT_BITS {
            @Override
            boolean holds(long first, long second) {
                return (first & second) == 0;
            }

            @Override
            String rule(String first, String second) {
                return first + " and " + second + " must have no bit in common";
            }
        };

        abstract boolean holds(long first, long second);

        abstract String rule(String first, String second);
    }

    /**
     * A relation that occurs again and again.
     *
     * @param kind what is asked
     * @param first name of the first parameter
     * @param second name of the second parameter
     */
    record Known(Kind kind, String first, String second) implements Relation {
        /**
         * Checks.
         *
         * @param kind what is asked
         * @param first name of the first parameter
         * @param second name of the second parameter
         * @throws IllegalArgumentException if both are one parameter
         */
        public Known {
            requireTwo(first, second);
        }

        @Override
        public boolean holds(long firstValue, long secondValue) {
            return kind.holds(firstValue, secondValue);
        }

        @Override
        public String rule() {
            return kind.rule(first, second);
        }
    }

    /**
     * Any other relation. Two are equal if their words are.
     *
     * @param first name of the first parameter
     * @param second name of the second parameter
     * @param test the check; must not allocate
     * @param rule the relation in words
     */
    record Custom(String first, String second, Test test, String rule) implements Relation {
        /**
         * Checks.
         *
         * @param first name of the first parameter
         * @param second name of the second parameter
         * @param test the check
         * @param rule the relation in words
         * @throws IllegalArgumentException if there are no words, or both are one parameter
         */
        public Custom {
            Words.required("relation.rule", rule);
            requireTwo(first, second);
        }

        @Override
        public boolean holds(long firstValue, long secondValue) {
            return test.holds(firstValue, secondValue);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Custom c && first.equals(c.first) && second.equals(c.second)
                    && rule.equals(c.rule);
        }

        @Override
        public int hashCode() {
            return rule.hashCode();
        }
    }

    private static void requireTwo(String first, String second) {
        if (first.equals(second)) {
            throw new IllegalArgumentException("relation.second='" + second + "': the same as the first");
        }
    }
}
