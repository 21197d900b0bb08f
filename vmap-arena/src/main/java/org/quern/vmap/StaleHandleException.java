package org.quern.vmap;

/**
 * A range of pages or a block was used after it had been given back: a double free, or a use after free. Nothing was
 * changed and no memory was touched; whoever owns those pages now is unharmed. The message names the handle.
 */
public final class StaleHandleException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    StaleHandleException(String message) {
        super(message);
    }
}
