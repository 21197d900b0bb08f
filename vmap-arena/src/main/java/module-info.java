/** A lazily populated off-heap arena: reserve terabytes, pay for the pages you touch. */
module org.quern.vmap {
    requires static transitive org.jspecify;
    requires jdk.jfr;
    requires transitive org.quern.kapi;
    requires jdk.management;

    exports org.quern.vmap;
    exports org.quern.vmap.snapshot;
}
