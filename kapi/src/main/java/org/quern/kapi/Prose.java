package org.quern.kapi;

import java.util.List;

/**
 * What a declaration says only in words.
 *
 * @param details more than the summary, for readers who want the whole story; may be empty
 * @param examples uses
 * @param notes remarks and traps, a sentence each
 */
public record Prose(String details, List<Example> examples, List<String> notes) {
    /**
     * Checks and copies.
     *
     * @param details more than the summary; may be empty
     * @param examples uses
     * @param notes remarks and traps
     * @throws IllegalArgumentException if a note is blank or said twice
     */
    public Prose {
        examples = List.copyOf(examples);
        notes = List.copyOf(notes);
        notes.forEach(note -> Words.required("note", note));
        if (notes.stream().distinct().count() != notes.size()) {
            throw new IllegalArgumentException("notes=" + notes + ": one is said twice");
        }
    }
}
