package org.quern.kapi;

import java.util.List;

/**
 * A privilege that changes what the call does. Source: capabilities(7).
 *
 * @param name for instance {@code CAP_IPC_LOCK}
 * @param number as the kernel counts them, 0..63
 * @param action what having it does
 * @param allows what is possible with it
 * @param without what happens without it
 * @param checked when it is looked at
 * @param priority 0 is looked at first
 * @param alternatives capabilities that serve as well
 */
public record Capability(String name, int number, Action action, String allows, String without, String checked,
        int priority, List<String> alternatives) {
    /** What having a capability does. */
    public enum Action {
        /** A check is skipped. */
        BYPASS_CHECK,
        /** A limit is raised. */
        INCREASE_LIMIT,
        /** A restriction is lifted. */
        OVERRIDE_RESTRICTION,
        /** The call is allowed at all. */
        GRANT_PERMISSION,
        /** The call behaves differently. */
        MODIFY_BEHAVIOUR,
        /** A resource is reachable. */
        ACCESS_RESOURCE,
        /** An operation is possible. */
        PERFORM_OPERATION
    }

    /**
     * Checks and copies.
     *
     * @param name for instance {@code CAP_IPC_LOCK}
     * @param number as the kernel counts them, 0..63
     * @param action what having it does
     * @param allows what is possible with it
     * @param without what happens without it
     * @param checked when it is looked at
     * @param priority 0 is looked at first
     * @param alternatives capabilities that serve as well
     * @throws IllegalArgumentException if a word is missing or a number out of range
     */
    public Capability {
        Words.required("capability.name", name);
        Words.required("capability.allows", allows);
        Words.required("capability.without", without);
        alternatives = List.copyOf(alternatives);
        if (number < 0 || number > 63 || priority < 0) {
            throw new IllegalArgumentException("capability.number=" + number + ", priority=" + priority + ": " + name
                    + " must have 0..63, and 0 or more");
        }
        if (alternatives.contains(name)) {
            throw new IllegalArgumentException("capability.alternatives=" + alternatives + ": " + name
                    + " is no alternative to itself");
        }
    }

    /**
     * A privilege.
     *
     * @param name for instance {@code CAP_IPC_LOCK}
     * @param number as the kernel counts them, 0..63
     * @param action what having it does
     * @param allows what is possible with it
     * @param without what happens without it
     * @return the capability, looked at first and always
     */
    public static Capability of(String name, int number, Action action, String allows, String without) {
        return new Capability(name, number, action, allows, without, "", 0, List.of());
    }

    /**
     * This capability with the moment at which it is looked at.
     *
     * @param when the moment
     * @return the capability
     */
    public Capability checkedWhen(String when) {
        return new Capability(name, number, action, allows, without, when, priority, alternatives);
    }

    /**
     * This capability, for which others serve as well.
     *
     * @param others their names
     * @return the capability
     */
    public Capability orElse(String... others) {
        return new Capability(name, number, action, allows, without, checked, priority, List.of(others));
    }
}
