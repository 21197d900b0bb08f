package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.quern.vmap.FaultHandler.RemoteSource;

/** Content that comes later. The engine knows this type and does not wait in {@link #fill}; who wraps it, does. */
final class RemoteFaultHandler implements FaultHandler {
    private final RemoteSource source;

    RemoteFaultHandler(RemoteSource source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    CompletionStage<? extends MemorySegment> begin(FaultRequest request) throws Exception {
        return source.fetch(request);
    }

    @Override
    public long fill(FaultRequest request) throws Exception {
        MemorySegment content = begin(request).toCompletableFuture().get(request.nanosLeft(), TimeUnit.NANOSECONDS);
        long given = Math.min(content.byteSize(), request.length());
        MemorySegment.copy(content, 0, request.target(), 0, given);
        return given;
    }
}
