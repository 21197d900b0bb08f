package org.quern.kapi.conformance;

/**
 * How to bring one condition of a declaration about.
 *
 * @param name as the declaration names it
 * @param who may do it
 * @param body makes the call and returns its answer in band: -errno for an error, anything else for a transition
 */
record Recipe(String name, Who who, Body body) {
    /** Who may. */
    enum Who {
        /** Everybody. */
        ANYONE,
        /** Only with privilege. */
        ROOT,
        /** Only without. */
        USER
    }

    interface Body {
        long run(Kernel kernel) throws Throwable;
    }

    /** The condition cannot be brought about here. */
    static final class Skip extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Skip(String reason) {
            super(reason);
        }
    }

    static Recipe anyone(String name, Body body) {
        return new Recipe(name, Who.ANYONE, body);
    }

    static Recipe root(String name, Body body) {
        return new Recipe(name, Who.ROOT, body);
    }

    static Recipe user(String name, Body body) {
        return new Recipe(name, Who.USER, body);
    }

    /** Uses something up that a JVM needs as well; made in a JVM that has all it needs. */
    boolean isDangerous() {
        return name.endsWith("-map-count");
    }
}
