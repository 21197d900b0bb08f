package org.quern.kapi;

/**
 * What two parameters of one call must satisfy together.
 *
 * @param kind what is asked
 * @param first name of the first parameter
 * @param second name of the second parameter
 */
public record Relation(Kind kind, String first, String second) {
    /** The relations that occur. */
    public enum Kind {
        /** first + second does not wrap around as an unsigned 64-bit sum. */
        SUM_DOES_NOT_WRAP {
            @Override
            public boolean holds(long first, long second) {
                return Long.compareUnsigned(first + second, first) >= 0;
            }
        };

        /**
         * Whether two values satisfy the relation; never allocates.
         *
         * @param first value of the first parameter
         * @param second value of the second parameter
         * @return true if they do
         */
        public abstract boolean holds(long first, long second);
    }

    /**
     * The relation in words.
     *
     * @return one phrase
     */
    public String rule() {
        return switch (kind) {
            case SUM_DOES_NOT_WRAP -> first + " + " + second + " must not wrap around";
        };
    }
}
