package org.quern.examples.esp;

/** What became of a packet: done, or the one reason it was not. Each reason is counted and reported. */
public enum Outcome {
    /** Encrypted or decrypted as asked. */
    DONE("done"),
    /** The frame carries something else than IP, ARP for instance. */
    NOT_IP("not an IP packet"),
    /** The capture holds less of the packet than its IP header promises. */
    CUT_SHORT("cut short by the capture"),
    /** Version, header length and total length of the IP header contradict each other. */
    BAD_IP_HEADER("IP header contradicts itself"),
    /** With the outer headers the packet would exceed 65,535 bytes. */
    TOO_LONG("would exceed 65535 bytes with ESP"),
    /** The link type holds only one IP version and the result would have the other. */
    WRONG_VERSION("IP version does not fit the link type"),
    /** Decrypting: an IP packet that is not ESP. */
    NOT_ESP("not an ESP packet"),
    /** Decrypting: a fragment of an outer packet; reassembly is another program's business. */
    FRAGMENT("fragment of an ESP packet"),
    /** Decrypting: too short for SPI, sequence number, IV, trailer and ICV. */
    ESP_TOO_SHORT("ESP packet too short"),
    /** Decrypting: the ICV does not verify: another key, or a changed packet. */
    BAD_ICV("authentication failed"),
    /** Decrypting: authentic, but its trailer is not as RFC 4303 wants it or does not hold an IP packet. */
    BAD_TRAILER("ESP trailer or inner packet is malformed"),
    /** Decrypting: authentic, but its sequence number was seen before or lies behind the window. */
    REPLAYED("replayed or too old");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    /**
     * The reason in words.
     *
     * @return a phrase for a report
     */
    public String text() {
        return text;
    }

    /**
     * Whether this outcome says that somebody interfered, or that the keys are wrong.
     *
     * @return true for failures of authenticity, false for packets that are merely none of ours
     */
    public boolean isSecurityFailure() {
        return this == BAD_ICV || this == BAD_TRAILER || this == REPLAYED;
    }
}
