package org.quern.xarray.image;

/** Bytes are not an image that can be read: why. */
public final class ImageDamage extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** Not an image, or one of a machine with another byte order. */
        FOREIGN,
        /** Of a later version. */
        NEWER,
        /** Shorter than it was written. */
        TRUNCATED,
        /** A checksum is wrong, or what it protects is no tree. */
        CORRUPT
    }

    private final Kind kind;

    ImageDamage(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * What is wrong.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
