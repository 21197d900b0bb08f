package org.quern.kapi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What memory that is given to a call must satisfy before the call is made. The segment knows its size and whether it is
 * alive, so these are exact where the kernel can only try.
 */
public sealed interface MemoryConstraint extends Constraint {
    /** The longest path in bytes, without its terminator. */
    int PATH_MAX = 4095;

    /**
     * At least so many bytes.
     *
     * @param bytes the least size
     */
    record Accessible(long bytes) implements MemoryConstraint {
        /**
         * Checks the size.
         *
         * @param bytes the least size
         * @throws IllegalArgumentException if it is not positive
         */
        public Accessible {
            if (bytes <= 0) {
                throw new IllegalArgumentException("bytes=" + bytes + ": must be more than 0");
            }
        }

        /**
         * Whether the memory is acceptable; never allocates.
         *
         * @param memory the argument
         * @return true if it is
         */
        public boolean holds(MemorySegment memory) {
            return memory.byteSize() >= bytes;
        }

        @Override
        public String rule() {
            return "memory of at least " + bytes + " bytes";
        }
    }

    /**
     * Text that ends with a zero byte, of a length in bytes without the terminator.
     *
     * @param minBytes least length
     * @param maxBytes greatest length
     */
    record Text(long minBytes, long maxBytes) implements MemoryConstraint {
        /**
         * Checks the bounds.
         *
         * @param minBytes least length
         * @param maxBytes greatest length
         * @throws IllegalArgumentException if min is negative or greater than max
         */
        public Text {
            if (minBytes < 0 || minBytes > maxBytes) {
                throw new IllegalArgumentException(
                        "minBytes=" + minBytes + ": must be 0..maxBytes, which is " + maxBytes);
            }
        }

        /**
         * Whether the memory is acceptable; never allocates.
         *
         * @param memory the argument
         * @return true if it is
         */
        public boolean holds(MemorySegment memory) {
            long length = length(memory, maxBytes);
            return minBytes <= length;
        }

        @Override
        public String rule() {
            return "text of " + minBytes + ".." + maxBytes + " bytes and a zero byte";
        }
    }

    /** The path of a file: text of at most {@value #PATH_MAX} bytes. */
    record Path() implements MemoryConstraint {
        /**
         * Whether the memory is acceptable; never allocates.
         *
         * @param memory the argument
         * @return true if it is
         */
        public boolean holds(MemorySegment memory) {
            return length(memory, PATH_MAX) >= 0;
        }

        @Override
        public String rule() {
            return "a path of at most " + PATH_MAX + " bytes and a zero byte";
        }
    }

    /**
     * As many bytes as another parameter says: count * bytesEach, or, for a count of smaller units,
     * ceil(count / per) * bytesEach.
     *
     * @param count name of the parameter that counts
     * @param bytesEach bytes for each counted thing
     * @param per how many of the counted things share those bytes; 1 if none do
     */
    record SizedBy(String count, long bytesEach, long per) implements MemoryConstraint {
        /**
         * Checks.
         *
         * @param count name of the parameter that counts
         * @param bytesEach bytes for each counted thing
         * @param per how many of the counted things share those bytes
         * @throws IllegalArgumentException if the name is blank or a number is not positive
         */
        public SizedBy {
            Words.required("sizedBy.count", count);
            if (bytesEach <= 0 || per <= 0) {
                throw new IllegalArgumentException(
                        "bytesEach=" + bytesEach + ", per=" + per + ": both must be more than 0");
            }
        }

        /**
         * As many times {@code bytesEach} bytes as another parameter says.
         *
         * @param count the parameter that counts
         * @param bytesEach bytes for each counted thing
         */
        public SizedBy(Param count, long bytesEach) {
            this(count.name(), bytesEach, 1);
        }

        /**
         * Whether the memory is large enough; never allocates.
         *
         * @param memory the argument
         * @param counted the value of the counting parameter
         * @return false if it is too small, the count is negative, or the product overflows
         */
        public boolean holds(MemorySegment memory, long counted) {
            if (counted < 0) {
                return false;
            }
            long units = counted / per + (counted % per == 0 ? 0 : 1);
            return Math.multiplyHigh(units, bytesEach) == 0 && units * bytesEach >= 0
                    && units * bytesEach <= memory.byteSize();
        }

        @Override
        public String rule() {
            return "memory of at least " + count + (per == 1 ? "" : " / " + per + " (rounded up)")
                    + (bytesEach == 1 ? "" : " * " + bytesEach) + " bytes";
        }
    }

    /** Bytes before the first zero byte, -1 if there is none within {@code max + 1} bytes of the memory. */
    private static long length(MemorySegment memory, long max) {
        long end = Math.min(memory.byteSize() - 1, max);
        for (long i = 0; i <= end; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, i) == 0) {
                return i;
            }
        }
        return -1;
    }
}
