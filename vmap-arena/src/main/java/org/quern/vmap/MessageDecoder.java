package org.quern.vmap;

import java.lang.foreign.MemorySegment;

import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.UserfaultMessage.Kind;

import static org.quern.kapi.linux.UserfaultLayouts.MSG_ADDRESS;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_END;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_EVENT;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_FLAGS;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_FORK;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_FROM;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_LENGTH;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_START;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_THREAD;
import static org.quern.kapi.linux.UserfaultLayouts.MSG_TO;

/** struct uffd_msg as a {@link UserfaultMessage}. */
final class MessageDecoder {
    private static final long FLAG_WRITE = 1;
    private static final long FLAG_WP = 2;
    private static final long FLAG_MINOR = 4;

    private MessageDecoder() {}

    /** One record of 32 bytes. */
    static UserfaultMessage decode(MemorySegment message) {
        int event = (int) MSG_EVENT.get(message);
        return switch (event) {
            case Userfault.EVENT_PAGEFAULT -> {
                long flags = MSG_FLAGS.get(message);
                boolean minor = (flags & FLAG_MINOR) != 0;
                Kind kind = minor ? Kind.MINOR : (flags & FLAG_WP) != 0 ? Kind.WRITE_PROTECTED : Kind.MISSING;
                yield new UserfaultMessage.PageFault(MSG_ADDRESS.get(message), kind, (flags & FLAG_WRITE) != 0,
                        (int) MSG_THREAD.get(message));
            }
            case Userfault.EVENT_FORK -> new UserfaultMessage.Forked(Descriptor.owning((int) MSG_FORK.get(message)));
            case Userfault.EVENT_REMAP ->
                new UserfaultMessage.Remapped(MSG_FROM.get(message), MSG_TO.get(message), MSG_LENGTH.get(message));
            case Userfault.EVENT_REMOVE -> new UserfaultMessage.Removed(MSG_START.get(message), MSG_END.get(message));
            case Userfault.EVENT_UNMAP -> new UserfaultMessage.Unmapped(MSG_START.get(message), MSG_END.get(message));
            default -> new UserfaultMessage.Unknown(event);
        };
    }
}
