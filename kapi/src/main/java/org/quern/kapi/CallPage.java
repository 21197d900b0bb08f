package org.quern.kapi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.quern.kapi.ReferencePage.Item;
import org.quern.kapi.ReferencePage.Section;
import org.quern.kapi.struct.FieldSpec;
import org.quern.kapi.struct.StructSpec;

/** Arranges a declaration as a page, each of its facts once. */
final class CallPage {
    private CallPage() {}

    static ReferencePage of(CallSpec spec) {
        Behaviour does = spec.behaviour();
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("Description", said(spec.prose().details())));
        sections.add(section("Parameters", spec.params(), CallPage::param));
        sections.add(section("Rules", spec.relations(), r -> item("", r.rule())));
        sections.add(new Section("Returns", List.of(item(spec.result().check().rule(), spec.result().text(),
                "-1 and errno on failure"))));
        sections.add(section("Errors", spec.errors(), CallPage::error));
        sections.add(section("Effects", does.effects(), CallPage::effect));
        sections.add(section("State changes", does.transitions(), CallPage::transition));
        sections.add(section("Locks", does.locks(), l -> item(l.name(),
                words(l.kind()) + ", " + words(l.mode()) + ", " + words(l.scope()), l.text())));
        sections.add(section("Signals", does.signals(), CallPage::signal));
        sections.add(section("Signal masks", does.signalMasks(),
                m -> item(m.name(), m.text(), String.join(", ", m.signals()))));
        sections.add(section("Capabilities", does.capabilities(), CallPage::capability));
        sections.add(section("Limits", does.limits(), l -> item(l.name(), l.formula(), l.text())));
        sections.add(section("Structures", spec.structures(), CallPage::structure));
        sections.add(section("Examples", spec.prose().examples(), e -> item(e.call(), e.shows())));
        sections.add(section("Notes", spec.prose().notes(), n -> item("", n)));
        sections.add(new Section("Declaration", declaration(spec)));
        return new ReferencePage(spec.name(), spec.summary(), List.of(spec.prototype()), sections);
    }

    private static <T> Section section(String title, List<T> entries, java.util.function.Function<T, Item> item) {
        return new Section(title, entries.stream().map(item).toList());
    }

    private static List<Item> said(String text) {
        return text.isEmpty() ? List.of() : List.of(item("", text));
    }

    private static Item item(String term, String text, String... facts) {
        return new Item(term, text, List.of(facts));
    }

    private static Item item(String term, String text, Stream<String> facts) {
        return new Item(term, text, facts.toList());
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String words(Collection<? extends Enum<?>> constants) {
        return constants.stream().map(CallPage::words).collect(Collectors.joining(", "));
    }

    /** A fact with its title, or nothing. */
    private static String fact(String title, String text) {
        return text.isEmpty() ? "" : title + text;
    }

    private static Item param(Param param) {
        String kind = words(param.kind()) + ", " + words(param.direction())
                + fact(", ", words(param.flags()));
        return item(param.name(), param.text(), Stream.concat(Stream.of(kind),
                param.constraints().stream().map(c -> "must be " + c.rule())));
    }

    private static Item error(ErrorEntry error) {
        return item(error.errno().name(), error.condition(), proof(error.recipe(), error.untested()));
    }

    private static String proof(String recipe, String untested) {
        if (!recipe.isEmpty()) {
            return "tested: " + recipe;
        }
        return "untested" + fact(": ", untested);
    }

    private static Item effect(Effect effect) {
        return item(effect.target(), effect.what(), fact("sorts: ", words(effect.bits())),
                fact("when: ", effect.condition()), effect.reversible() ? "reversible" : "",
                fact("left by a failure: ", effect.onError()));
    }

    private static Item transition(Transition t) {
        return item(t.object(), t.from() + " -> " + t.to(), fact("when: ", t.condition()),
                proof(t.recipe(), t.untested()));
    }

    private static Item signal(Signal signal) {
        Delivery delivery = signal.delivery();
        SignalHandling handling = signal.handling();
        return item(signal.which() + (signal.number() == 0 ? "" : " (" + signal.number() + ")"),
                words(signal.direction()) + ": " + words(signal.action())
                        + handling.error().map(e -> " with " + e).orElse("") + fact(" into ", handling.becomes()),
                Stream.of(fact("to: ", signal.target()), fact("when: ", signal.condition()),
                        "timing: " + words(delivery.timing()) + ", priority " + delivery.priority()
                                + (delivery.interruptible() ? ", interrupts" : ", does not interrupt")
                                + (handling.restartable() ? ", restartable" : ", not restartable") + ", queue "
                                + words(delivery.queueing()),
                        fact("points: ", String.join("; ", delivery.points())),
                        fact("state must be: ", words(delivery.required())),
                        fact("state must not be: ", words(delivery.forbidden())),
                        fact("handler flags required: ", String.join(", ", handling.requiredFlags())),
                        fact("handler flags forbidden: ", String.join(", ", handling.forbiddenFlags())),
                        signal.text()));
    }

    private static Item capability(Capability c) {
        return item(c.name(), words(c.action()) + ": " + c.allows(), "number " + c.number(),
                "without it: " + c.without(), fact("checked: ", c.checked()), "priority " + c.priority(),
                fact("or: ", String.join(", ", c.alternatives())));
    }

    private static Item structure(StructSpec struct) {
        return item("struct " + struct.name(), struct.size() + " bytes, aligned to " + struct.alignment()
                + (struct.packed() ? ", packed" : "") + fact(", not portable: ", struct.legacy()),
                Stream.concat(struct.fields().stream().map(CallPage::field),
                        struct.relations().stream().map(Relation::rule)));
    }

    private static String field(FieldSpec field) {
        String members = field.members().stream().map(StructSpec::name).collect(Collectors.joining(" or "));
        String rules = field.constraints().stream().map(c -> "; must be " + c.rule()).collect(Collectors.joining());
        return field.offset() + ": " + field.type().c() + fact(" ", members) + " " + field.name()
                + (field.count() == 1 ? "" : "[" + field.count() + "]") + ", " + words(field.transfer())
                + fact(": ", field.text()) + rules;
    }

    private static List<Item> declaration(CallSpec spec) {
        return List.of(item("since", spec.since() + fact("; in the kernel: ", spec.identity().symbol())),
                item("contexts", words(spec.behaviour().contexts())),
                item("made", linkage(spec.linkage())
                        + (spec.critical() ? "; never blocks, so the thread stays in the Java state" : "")),
                item("version", Integer.toString(spec.identity().version())));
    }

    private static String linkage(Linkage linkage) {
        return switch (linkage) {
            case Linkage.Symbol s -> "as the C library's " + s.name()
                    + (s.firstVariadic() < 0 ? "" : ", variadic from parameter " + s.firstVariadic());
            case Linkage.Syscall s -> "as system call " + s.x86() + " (x86-64) or " + s.generic() + " (generic)";
            case Linkage.Command c -> "as command 0x" + Long.toHexString(c.number()) + " (" + c.type().c() + ") of "
                    + c.symbol();
        };
    }
}
