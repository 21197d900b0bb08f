package org.quern.vmap;

import java.io.IOException;

/** The content of a compressed file. */
final class CompressedFaultHandler implements FaultHandler {
    private final CompressedFile file;

    CompressedFaultHandler(CompressedFile file) {
        this.file = file;
    }

    @Override
    public long fill(FaultRequest request) throws IOException {
        return file.read(request.offset(), request.target());
    }

    @Override
    public void close() {
        file.close();
    }
}
