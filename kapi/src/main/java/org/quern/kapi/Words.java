package org.quern.kapi;

/** The one rule for the words of a declaration: those that must be there are not blank. */
final class Words {
    private Words() {}

    /** The text, if it says anything. */
    static String required(String field, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(field + "='" + text + "': must not be blank");
        }
        return text;
    }
}
