package org.quern.padata;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The attachments of an instance. An attachment that comes while the instance closes is refused or ended, never left. */
final class Attachments {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");

    private final List<Attachment> all = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    void add(Attachment attachment, String instance) {
        all.add(attachment);
        if (closed) { // looked at after adding; detachAll raises it before it looks
            all.remove(attachment);
            attachment.detach();
            throw new IllegalStateException("instance " + instance + " is " + State.CLOSED);
        }
    }

    void remove(Attachment attachment) {
        all.remove(attachment);
    }

    void maskChanged(MaskKind kind) {
        each(attachment -> attachment.maskChanged(kind));
    }

    void detachAll() {
        closed = true;
        each(Attachment::detach);
        all.clear();
    }

    private void each(Consumer<Attachment> action) {
        for (Attachment attachment : all) {
            try {
                action.accept(attachment);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "an attachment did not follow its instance", e);
            }
        }
    }
}
