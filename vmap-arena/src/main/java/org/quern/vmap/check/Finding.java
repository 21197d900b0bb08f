package org.quern.vmap.check;

import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong, as a value: the public layer makes an exception of it.
 *
 * @param kind what
 * @param offset where
 * @param block the block concerned, if there is one
 */
public record Finding(Kind kind, long offset, @Nullable CheckedBlock block) {
    /** What may be found. */
    public enum Kind {
        /** Given back twice, or never taken. */
        NOT_IN_USE("no block in use begins here"),
        /** A red zone was written to, or is about to be accessed. */
        OUT_OF_BOUNDS("outside of any block, or behind the size asked for"),
        /** A freed block was written to, or is about to be accessed. */
        USE_AFTER_FREE("in a block that was freed"),
        /** A system call of another thread uses the segment. */
        BUSY("the block's segment is in use by a call of another thread");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /**
     * In a sentence.
     *
     * @param allocator its name
     * @return offset, what is wrong, and all that is known of the block
     */
    public String describe(String allocator) {
        return allocator + ": offset=" + offset + ": " + kind.words + (block == null ? "" : " (" + block + ")");
    }
}
