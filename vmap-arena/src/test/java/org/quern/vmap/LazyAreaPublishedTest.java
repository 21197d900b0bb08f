package org.quern.vmap;

/** The suite where the system publishes pages (userfaultfd). */
class LazyAreaPublishedTest extends LazyAreaSuite {
    LazyAreaPublishedTest() {
        super(false);
    }
}
