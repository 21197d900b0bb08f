package org.quern.kapi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The contract of a public operation, in words that the compiler checks: who may call it, what it waits for, whether it
 * touches memory that may not be there, which lock is involved, how it fails. Written on a type it holds for every
 * operation of the type that has none of its own.
 *
 * <p>
 * It appears in Javadoc, and the reference under {@code docs/reference} is generated from it; a test refuses a public
 * operation without one.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Operation {
    /** Who may call. */
    enum Threads {
        /** Any number of threads at once. */
        ANY("any, at once"),
        /** Any thread, but one at a time: callers exclude each other. */
        ONE_AT_A_TIME("one at a time"),
        /** Only the thread that owns the object. */
        OWNER("the owner only"),
        /** Only a thread that holds the lock named in {@link Operation#lock}. */
        LOCK_HOLDER("the holder of the lock");

        private final String words;

        Threads(String words) {
            this.words = words;
        }

        /**
         * For the reader.
         *
         * @return a phrase
         */
        public String words() {
            return words;
        }
    }

    /** What a call may wait for. */
    enum Blocks {
        /** Nothing. */
        NEVER("never"),
        /** A lock that others hold only for a short, bounded time. */
        BRIEFLY("briefly, for a lock"),
        /** The system, which finds or reads pages. */
        FOR_MEMORY("for memory"),
        /** Input or output. */
        FOR_IO("for input or output"),
        /** Another thread to act, without bound. */
        FOR_OTHERS("until another thread acts");

        private final String words;

        Blocks(String words) {
            this.words = words;
        }

        /**
         * For the reader.
         *
         * @return a phrase
         */
        public String words() {
            return words;
        }
    }

    /** Whether a call touches memory outside the heap that may not be present. */
    enum Faults {
        /** No. */
        NEVER("never"),
        /** It may; the kernel then makes the page present, which takes microseconds. */
        MAY("may");

        private final String words;

        Faults(String words) {
            this.words = words;
        }

        /**
         * For the reader.
         *
         * @return a phrase
         */
        public String words() {
            return words;
        }
    }

    /**
     * Who may call.
     *
     * @return the rule
     */
    Threads threads();

    /**
     * What the call may wait for.
     *
     * @return the worst
     */
    Blocks blocks() default Blocks.NEVER;

    /**
     * Whether the call touches memory that may not be present.
     *
     * @return whether
     */
    Faults faults() default Faults.NEVER;

    /**
     * The lock that is taken inside, or that the caller holds if {@link #threads} says so.
     *
     * @return its name in the documentation; empty if there is none
     */
    String lock() default "";

    /**
     * How the call fails, besides what the machine itself throws.
     *
     * @return the exceptions
     */
    Class<? extends Throwable>[] errors() default {};
}
