package org.quern.vmap;

import java.io.IOException;
import java.nio.file.Path;

/** The bytes of a file. */
final class FileFaultHandler implements FaultHandler {
    private final PositionedFile file;

    FileFaultHandler(Path path) throws IOException {
        this.file = new PositionedFile(path);
    }

    @Override
    public long fill(FaultRequest request) throws IOException {
        return file.read(request.offset(), request.target().asByteBuffer());
    }

    @Override
    public void close() {
        file.close();
    }
}
