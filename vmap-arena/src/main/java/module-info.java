/** A lazily populated off-heap arena: reserve terabytes, pay for the pages you touch. */
module org.quern.vmap {
    requires static transitive org.jspecify;
    requires transitive org.quern.kapi;
    requires jdk.jfr;
    requires jdk.management;

    exports org.quern.vmap;
}
