package org.quern.kapi;

import java.util.List;

/**
 * A page of the reference: what a declaration says, arranged for people, as plain text or as Markdown. Both forms come
 * from this one arrangement, so neither says what the other does not.
 *
 * @param title name of what the page is about
 * @param summary one sentence
 * @param synopsis lines of C or Java
 * @param sections the rest, in the order of a manual page
 */
public record ReferencePage(String title, String summary, List<String> synopsis, List<Section> sections) {
    /**
     * A part of a page.
     *
     * @param title of the part
     * @param items its content
     */
    public record Section(String title, List<Item> items) {
        /**
         * Copies.
         *
         * @param title of the part
         * @param items its content
         */
        public Section {
            items = List.copyOf(items);
        }
    }

    /**
     * One fact, and what is to be said about it.
     *
     * @param term a name; empty if there is only text
     * @param text a phrase; empty if the name says it all
     * @param facts more, one phrase each
     */
    public record Item(String term, String text, List<String> facts) {
        /**
         * Copies.
         *
         * @param term a name
         * @param text a phrase
         * @param facts more, one phrase each
         */
        public Item {
            facts = facts.stream().filter(fact -> !fact.isEmpty()).toList();
        }
    }

    /**
     * Copies.
     *
     * @param title name of what the page is about
     * @param summary one sentence
     * @param synopsis lines of C or Java
     * @param sections the rest; those without content are left out
     */
    public ReferencePage {
        synopsis = List.copyOf(synopsis);
        sections = sections.stream().filter(section -> !section.items().isEmpty()).toList();
    }

    /**
     * Everything a declaration says.
     *
     * @param spec the declaration
     * @return the page
     */
    public static ReferencePage of(CallSpec spec) {
        return CallPage.of(spec);
    }

    /**
     * As plain text.
     *
     * @return lines ended by newlines
     */
    public String plain() {
        StringBuilder page = new StringBuilder(title + " - " + summary + "\n\n");
        synopsis.forEach(line -> page.append("  ").append(line).append('\n'));
        for (Section section : sections) {
            page.append('\n').append(section.title().toUpperCase(java.util.Locale.ROOT)).append('\n');
            for (Item item : section.items()) {
                page.append("  ").append(item.term()).append(item.term().isEmpty() || item.text().isEmpty() ? "" : "  ")
                        .append(item.text()).append('\n');
                item.facts().forEach(fact -> page.append("      ").append(fact).append('\n'));
            }
        }
        return page.toString();
    }

    /**
     * As Markdown.
     *
     * @return lines ended by newlines
     */
    public String markdown() {
        StringBuilder page = new StringBuilder("# " + escaped(title) + "\n\n" + escaped(summary) + "\n");
        if (!synopsis.isEmpty()) {
            page.append("\n```c\n");
            synopsis.forEach(line -> page.append(line).append('\n'));
            page.append("```\n");
        }
        for (Section section : sections) {
            page.append("\n## ").append(escaped(section.title())).append("\n\n");
            for (Item item : section.items()) {
                page.append("- ").append(item.term().isEmpty() ? "" : "**" + escaped(item.term()) + "**")
                        .append(item.term().isEmpty() || item.text().isEmpty() ? "" : ": ")
                        .append(escaped(item.text())).append('\n');
                item.facts().forEach(fact -> page.append("  - ").append(escaped(fact)).append('\n'));
            }
        }
        return page.toString();
    }

    /** Text without anything that Markdown would take for its own. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            escaped.append(switch (c) {
                case '\\', '`', '*', '[', ']', '#' -> "\\" + c;
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '&' -> "&amp;";
                case '\n' -> " ";
                case '_' -> i == 0 || i == text.length() - 1 || !Character.isLetterOrDigit(text.charAt(i - 1))
                        || !Character.isLetterOrDigit(text.charAt(i + 1)) ? "\\_" : "_";
                default -> String.valueOf(c);
            });
        }
        return escaped.toString();
    }

    /**
     * The plain form.
     *
     * @return as {@link #plain}
     */
    @Override
    public String toString() {
        return plain();
    }
}
