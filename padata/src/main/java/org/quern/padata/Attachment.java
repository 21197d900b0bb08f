package org.quern.padata;

/** What shows an instance to the outside, follows its masks, and ends with it. */
interface Attachment {
    /** A mask was set. On the thread that set it, which may be inside a callback; must not throw. */
    default void maskChanged(MaskKind kind) {}

    /** The instance is closed, or the attachment was closed by itself. Called again without effect; must not throw. */
    void detach();
}
