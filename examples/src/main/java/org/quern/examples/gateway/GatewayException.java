package org.quern.examples.gateway;

import java.io.IOException;

/** A run that cannot go on or must not begin. The message is one line that names what and where. */
public final class GatewayException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure in words.
     *
     * @param message one line
     */
    public GatewayException(String message) {
        super(message);
    }

    /**
     * A failure with its cause.
     *
     * @param message one line
     * @param cause what was caught
     */
    public GatewayException(String message, Throwable cause) {
        super(message, cause);
    }
}
