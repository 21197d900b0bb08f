package org.quern.kapi;

import java.util.List;

/** Renders a declaration as a plain-text page, in the order of a manual page. */
public final class ReferencePage {
    private final StringBuilder page = new StringBuilder();

    private ReferencePage() {}

    /**
     * Everything a declaration says.
     *
     * @param spec the declaration
     * @return the page, lines ended by newlines
     */
    public static String of(CallSpec spec) {
        ReferencePage page = new ReferencePage();
        page.line(0, spec.name() + " - " + spec.summary());
        page.line(0, "");
        page.line(2, spec.prototype() + "    since " + spec.since());
        page.section("PARAMETERS", spec.params().stream().map(ReferencePage::param).toList());
        page.section("RULES", spec.relations().stream().map(Relation::rule).toList());
        page.section("RETURNS", List.of(spec.result().text() + "; -1 and errno on failure"));
        page.section("ERRORS", spec.errors().stream().map(e -> e.errno() + "  " + e.condition()).toList());
        page.section("EFFECTS", spec.effects().stream().map(Effect::what).toList());
        return page.page.toString();
    }

    private static String param(Param param) {
        StringBuilder text = new StringBuilder(param.name()).append("  ").append(param.text());
        for (Constraint constraint : param.constraints()) {
            text.append(param.text().isEmpty() && text.charAt(text.length() - 1) == ' ' ? "" : "; ").append("must be ")
                    .append(constraint.rule());
        }
        return text.toString();
    }

    private void section(String title, List<String> items) {
        if (!items.isEmpty()) {
            line(0, title);
            items.forEach(item -> line(2, item));
        }
    }

    private void line(int indent, String text) {
        page.append(" ".repeat(text.isEmpty() ? 0 : indent)).append(text).append('\n');
    }
}
