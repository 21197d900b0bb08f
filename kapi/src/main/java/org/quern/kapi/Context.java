package org.quern.kapi;

/** In which situations the kernel's side of a call may run. */
public enum Context {
    /** On behalf of a thread. */
    PROCESS,
    /** In a deferred interrupt handler. */
    SOFTIRQ,
    /** In an interrupt handler. */
    HARDIRQ,
    /** In a handler that nothing can mask. */
    NMI,
    /** Where sleeping is forbidden. */
    ATOMIC,
    /** The call may sleep, so the calling thread may block. */
    SLEEPABLE,
    /** With preemption off. */
    PREEMPT_DISABLED,
    /** With interrupts off. */
    IRQ_DISABLED
}
