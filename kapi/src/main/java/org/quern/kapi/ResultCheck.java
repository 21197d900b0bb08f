package org.quern.kapi;

import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;

/**
 * What the return of a successful call satisfies. Failure is -1 and errno, always, and comes back as -errno in band; so no
 * kind may accept a return of -4095..-1.
 */
public sealed interface ResultCheck {
    /**
     * Whether a return that is not the failure value is one that the declaration allows; never allocates.
     *
     * @param value the return, sign-extended
     * @return true if it is
     */
    boolean accepts(long value);

    /**
     * What a successful return is, in words.
     *
     * @return one phrase
     */
    String rule();

    /**
     * Always the same.
     *
     * @param value the return
     */
    record Exact(long value) implements ResultCheck {
        /**
         * Checks.
         *
         * @param value the return
         * @throws IllegalArgumentException if the value means failure
         */
        public Exact {
            requireNoError(value, value);
        }

        @Override
        public boolean accepts(long returned) {
            return returned == value;
        }

        @Override
        public String rule() {
            return Long.toString(value);
        }
    }

    /**
     * A number within bounds.
     *
     * @param min least value
     * @param max greatest value
     */
    record Range(long min, long max) implements ResultCheck {
        /**
         * Checks.
         *
         * @param min least value
         * @param max greatest value
         * @throws IllegalArgumentException if min is greater than max or a value in between means failure
         */
        public Range {
            if (min > max) {
                throw new IllegalArgumentException("result.min=" + min + ": greater than max=" + max);
            }
            requireNoError(min, max);
        }

        @Override
        public boolean accepts(long returned) {
            return min <= returned && returned <= max;
        }

        @Override
        public String rule() {
            return max == Long.MAX_VALUE ? min + " or more" : min + ".." + max;
        }
    }

    /** A new file descriptor, 0 or more. */
    record Fd() implements ResultCheck {
        @Override
        public boolean accepts(long returned) {
            return returned >= 0 && returned <= Integer.MAX_VALUE;
        }

        @Override
        public String rule() {
            return "a file descriptor";
        }
    }

    /** An address; 0 is possible. */
    record Address() implements ResultCheck {
        @Override
        public boolean accepts(long returned) {
            return !Errno.isError(returned);
        }

        @Override
        public String rule() {
            return "an address";
        }
    }

    /** A number, 0 or more. */
    record Count() implements ResultCheck {
        @Override
        public boolean accepts(long returned) {
            return returned >= 0;
        }

        @Override
        public String rule() {
            return "0 or more";
        }
    }

    /**
     * Success is whatever no listed error explains.
     *
     * @param success the usual return
     */
    record ErrorList(long success) implements ResultCheck {
        /**
         * Checks.
         *
         * @param success the usual return
         * @throws IllegalArgumentException if it means failure
         */
        public ErrorList {
            requireNoError(success, success);
        }

        @Override
        public boolean accepts(long returned) {
            return !Errno.isError(returned);
        }

        @Override
        public String rule() {
            return success + ", unless one of the listed errors";
        }
    }

    /** The call does not return. */
    record NoReturn() implements ResultCheck {
        @Override
        public boolean accepts(long returned) {
            return false;
        }

        @Override
        public String rule() {
            return "nothing: it does not return";
        }
    }

    /**
     * Anything else. Two are equal if their rules are.
     *
     * @param test the check; must not allocate, and is not asked about -4095..-1
     * @param rule what a successful return is
     */
    record Custom(LongPredicate test, String rule) implements ResultCheck {
        /**
         * Checks.
         *
         * @param test the check
         * @param rule what a successful return is
         * @throws IllegalArgumentException if there are no words
         */
        public Custom {
            Words.required("result.rule", rule);
        }

        @Override
        public boolean accepts(long returned) {
            return !Errno.isError(returned) && test.test(returned);
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

    private static void requireNoError(long min, long max) {
        if (min <= -1 && max >= -Errno.LARGEST) {
            throw new IllegalArgumentException(
                    "result=" + min + ".." + max + ": -" + Errno.LARGEST + "..-1 mean failure");
        }
    }
}
