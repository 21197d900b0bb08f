package org.quern.kapi;

/** A declared call was made on a system, or in a process, that does not have it. */
public final class CallUnavailableException extends UnsupportedOperationException {
    private static final long serialVersionUID = 1L;

    private final transient Availability availability;

    /**
     * Says why.
     *
     * @param call the name of the call
     * @param availability the verdict
     */
    public CallUnavailableException(String call, Availability availability) {
        super(call + " cannot be called here: " + availability.reason());
        this.availability = availability;
    }

    /**
     * Why the call is not available.
     *
     * @return the verdict
     */
    public Availability availability() {
        return availability;
    }
}
