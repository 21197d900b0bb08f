package org.quern.vmap.fault;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/** Where content comes from, as the engine sees a handler. */
public interface PageSource {
    /**
     * Writes content, in the thread that needs it.
     *
     * @param fill which bytes
     * @param target as many bytes, zeroed, valid until this call returns, for this thread
     * @return how many bytes from the beginning are content now
     * @throws Exception whatever hinders it
     */
    long fill(Fill fill, MemorySegment target) throws Exception;

    /**
     * Begins to fetch content that comes later.
     *
     * @param fill which bytes
     * @return the content to come, or null if {@link #fill} is to be called instead
     * @throws Exception whatever hinders it
     */
    default @Nullable CompletionStage<? extends MemorySegment> begin(Fill fill) throws Exception {
        return null;
    }

    /**
     * Whether {@link #begin} is to be asked.
     *
     * @return true if content comes later
     */
    default boolean isAsynchronous() {
        return false;
    }
}
