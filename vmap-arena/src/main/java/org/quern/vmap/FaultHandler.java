package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

import org.quern.kapi.Operation;

/**
 * The content of a {@link LazyArea}: called by the thread that needs a page, when it needs it, before it touches it.
 *
 * <p>
 * Contract.
 * <ul>
 * <li>Write content from the beginning of {@link FaultRequest#target}, and return how many bytes that was. The target is
 * zeroed, so what content there is not need not be written, but counts.
 * <li>The result must cover the page at {@link FaultRequest#demandedOffset}; what the rest of the run lacks is asked for
 * again when it is needed.
 * <li>Different pages are asked for by different threads at the same time. One page is asked for by one thread at a time,
 * and again only after a failure or a discard.
 * <li>An exception leaves the pages absent; everybody who waits for them gets a {@link FaultException} with that cause.
 * <li>A handler may access other lazy areas, and other pages of its own; needing a page that it is filling itself, also in
 * a circle with other handlers, is refused as {@link FaultException.Kind#RECURSION}.
 * <li>A handler that blocks is interrupted when the deadline is over. One that does not heed it holds up its own thread, and
 * nobody else.
 * </ul>
 */
@FunctionalInterface
@Operation(threads = Operation.Threads.ANY)
public interface FaultHandler extends AutoCloseable {
    /**
     * Makes content.
     *
     * @param request which bytes
     * @return how many bytes from the beginning of the target are content, 0 to {@link FaultRequest#length}
     * @throws Exception if there is none to be had now
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = Exception.class)
    long fill(FaultRequest request) throws Exception;

    /** Lets go of what the handler holds; the area calls it when it is closed. Does nothing here. */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    default void close() {}

    /** Content that is computed from its place. */
    @FunctionalInterface
    @Operation(threads = Operation.Threads.ANY)
    interface PageFunction {
        /**
         * Computes all bytes of a run.
         *
         * @param offset of the first one, in the area
         * @param target where they go; zeroed
         */
        void compute(long offset, MemorySegment target);
    }

    /** Content that comes later: from another machine, from an executor. */
    @FunctionalInterface
    @Operation(threads = Operation.Threads.ANY)
    interface RemoteSource {
        /**
         * Begins to fetch. The result may be shorter than the run, as a handler's may; it is copied when it has come, and
         * must stay unchanged until then. What comes after the deadline is thrown away.
         *
         * @param request which bytes; its target is empty
         * @return the bytes to come
         * @throws Exception if fetching cannot be begun
         */
        @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "none of ours", errors = Exception.class)
        CompletionStage<? extends MemorySegment> fetch(FaultRequest request) throws Exception;
    }

    /**
     * Zeros.
     *
     * @return a handler
     */
    static FaultHandler zeros() {
        return FaultRequest::length;
    }

    /**
     * What a function computes.
     *
     * @param function computes any run
     * @return a handler
     */
    static FaultHandler function(PageFunction function) {
        return request -> {
            function.compute(request.offset(), request.target());
            return request.length();
        };
    }

    /**
     * The bytes of a file; byte <i>n</i> of the area is byte <i>n</i> of the file. A file that is shorter than the area, or
     * becomes so, gives too few bytes. Where it is enough to see a file, mapping it ({@code FileChannel.map}, PRIVATE) is cheaper.
     *
     * @param file to be read; stays open until the area is closed
     * @return a handler
     * @throws IOException if it cannot be opened
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = IOException.class)
    static FaultHandler file(Path file) throws IOException {
        return new FileFaultHandler(file);
    }

    /**
     * The bytes that a compressed file stands for.
     *
     * @param file as written by {@link CompressedFile#write}; stays open until the area is closed
     * @return a handler
     * @throws IOException if it cannot be opened, or is not such a file
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = IOException.class)
    static FaultHandler compressedFile(Path file) throws IOException {
        return new CompressedFaultHandler(CompressedFile.open(file));
    }

    /**
     * Content that comes later. Whoever needs it waits, until the deadline; {@link LazyArea#prefetch} fetches many runs at once.
     *
     * @param source begins to fetch any run
     * @return a handler
     */
    static FaultHandler remote(RemoteSource source) {
        return new RemoteFaultHandler(source);
    }
}
