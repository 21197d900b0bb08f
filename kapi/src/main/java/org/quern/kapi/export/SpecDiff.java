package org.quern.kapi.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Operation;

/**
 * What changed between two exports, for release notes. Works on the exported trees, so whatever a declaration can say is
 * compared. Elements of lists are matched by what identifies them (a name, errno and condition, the kind of a constraint),
 * not by position, except that the order of parameters counts.
 */
@Operation(threads = Operation.Threads.ANY)
public final class SpecDiff {
    /** What identifies an element of a list, the first that it has. */
    private static final List<String> KEYS = List.of("name", "errno", "is", "object", "which", "target", "call",
            "architecture");

    private final List<Change> changes = new ArrayList<>();

    private SpecDiff() {}

    /**
     * Compares.
     *
     * @param before the older declarations
     * @param after the newer ones
     * @return the differences, in the order of the older declarations, then of the new ones; empty if there are none
     */
    public static List<Change> between(List<CallSpec> before, List<CallSpec> after) {
        SpecDiff diff = new SpecDiff();
        diff.calls(byName(before), byName(after));
        return List.copyOf(diff.changes);
    }

    private static Map<String, CallSpec> byName(List<CallSpec> specs) {
        Map<String, CallSpec> calls = new LinkedHashMap<>();
        specs.forEach(spec -> calls.put(spec.name(), spec));
        return calls;
    }

    private void calls(Map<String, CallSpec> before, Map<String, CallSpec> after) {
        for (String name : union(before.keySet(), after.keySet())) {
            CallSpec old = before.get(name);
            CallSpec now = after.get(name);
            if (old == null && now != null) {
                changes.add(new Change(Change.Weight.BEHAVIOUR, name, "", now.prototype()));
            } else if (old != null && now == null) {
                changes.add(new Change(Change.Weight.BREAKING, name, old.prototype(), ""));
            } else if (old != null && now != null) {
                compare(name, RecordCodec.write(old), RecordCodec.write(now));
            }
        }
    }

    private void compare(String path, Json before, Json after) {
        if (before.equals(after)) {
            return;
        }
        if (before instanceof Json.Obj old && after instanceof Json.Obj now) {
            objects(path, old.properties(), now.properties());
        } else if (before instanceof Json.Arr old && after instanceof Json.Arr now) {
            arrays(path, old, now);
        } else {
            changes.add(new Change(ChangeWeight.changed(path, before, after), path, show(before), show(after)));
        }
    }

    private void objects(String path, Map<String, Json> before, Map<String, Json> after) {
        for (String property : union(before.keySet(), after.keySet())) {
            pair(path + "." + property, before.get(property), after.get(property));
        }
    }

    private void arrays(String path, Json.Arr before, Json.Arr after) {
        Map<String, Json> old = keyed(before);
        Map<String, Json> now = keyed(after);
        for (String key : union(old.keySet(), now.keySet())) {
            pair(path + "." + key, old.get(key), now.get(key));
        }
        List<String> oldOrder = common(old, now);
        List<String> newOrder = common(now, old);
        if (path.endsWith(".params") && !oldOrder.equals(newOrder)) {
            changes.add(new Change(Change.Weight.BREAKING, path, "order " + oldOrder, "order " + newOrder));
        }
    }

    private void pair(String path, @org.jspecify.annotations.Nullable Json before,
            @org.jspecify.annotations.Nullable Json after) {
        if (before != null && after != null) {
            compare(path, before, after);
        } else if (before instanceof Json.Arr gone) {
            arrays(path, gone, new Json.Arr(List.of()));
        } else if (after instanceof Json.Arr fresh) {
            arrays(path, new Json.Arr(List.of()), fresh);
        } else if (before != null) {
            changes.add(new Change(ChangeWeight.removed(path), path, show(before), ""));
        } else if (after != null) {
            changes.add(new Change(ChangeWeight.added(path), path, "", show(after)));
        }
    }

    private static List<String> common(Map<String, Json> of, Map<String, Json> with) {
        return of.keySet().stream().filter(with::containsKey).toList();
    }

    private static Set<String> union(Set<String> first, Set<String> second) {
        Set<String> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return all;
    }

    /** The elements by what identifies them; the second of one identity gets a number. */
    private static Map<String, Json> keyed(Json.Arr array) {
        Map<String, Json> keyed = new LinkedHashMap<>();
        for (Json element : array.elements()) {
            String key = key(element);
            String unique = key;
            for (int i = 2; keyed.containsKey(unique); i++) {
                unique = key + "#" + i;
            }
            keyed.put(unique, element);
        }
        return keyed;
    }

    private static String key(Json element) {
        if (!(element instanceof Json.Obj object)) {
            return show(element);
        }
        Json condition = object.properties().get("condition");
        return KEYS.stream().map(object.properties()::get).filter(Json.Str.class::isInstance).map(SpecDiff::show)
                .findFirst().map(name -> object.properties().containsKey("errno") && condition != null
                        ? name + " '" + show(condition) + "'"
                        : name)
                .orElse("entry");
    }

    private static String show(Json json) {
        return switch (json) {
            case Json.Str string -> string.text();
            case Json.Num number -> Long.toString(number.value());
            case Json.Bool bool -> Boolean.toString(bool.value());
            case Json.Obj object -> object.properties().values().stream().map(SpecDiff::show).toList().toString();
            case Json.Arr array -> array.elements().stream().map(SpecDiff::show).toList().toString();
        };
    }
}
