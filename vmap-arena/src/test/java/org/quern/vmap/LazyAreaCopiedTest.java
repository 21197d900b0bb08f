package org.quern.vmap;

/** The suite where pages are copied in: what every system can do. */
class LazyAreaCopiedTest extends LazyAreaSuite {
    LazyAreaCopiedTest() {
        super(true);
    }
}
