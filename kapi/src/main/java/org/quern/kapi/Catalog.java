package org.quern.kapi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Declarations by name. Immutable.
 *
 * @param calls the declarations, no two of one name
 */
public record Catalog(List<CallSpec> calls) {
    /**
     * Checks and copies.
     *
     * @param calls the declarations
     * @throws IllegalArgumentException if two have one name
     */
    public Catalog {
        calls = List.copyOf(calls);
        Map<String, CallSpec> byName = new HashMap<>();
        for (CallSpec call : calls) {
            CallSpec other = byName.put(call.name(), call);
            if (other != null) {
                throw new IllegalArgumentException("calls: two are called '" + call.name() + "': " + call.prototype()
                        + " and " + other.prototype());
            }
        }
    }

    /**
     * Everything that the modules of this program offer; loads their classes, which takes a while.
     *
     * @return the declarations of all {@link CallProvider}s
     * @throws IllegalArgumentException if two have one name
     */
    public static Catalog load() {
        List<CallSpec> all = new ArrayList<>();
        ServiceLoader.load(CallProvider.class).forEach(provider -> all.addAll(provider.calls()));
        return new Catalog(all);
    }

    /**
     * Finds a declaration.
     *
     * @param name as in the manual page
     * @return the declaration; empty if there is none of the name
     */
    public Optional<CallSpec> find(String name) {
        return calls.stream().filter(call -> call.name().equals(name)).findFirst();
    }
}
