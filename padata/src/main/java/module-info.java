/** Ordered parallel execution: jobs run in parallel on one set of CPUs and are delivered in order on another. */
module org.quern.padata {
    requires static transitive org.jspecify;
    requires transitive org.quern.kapi;
    requires org.jctools.core.jdk11;
    requires static transitive java.management;
    requires jdk.jfr;
    requires static org.agrona;

    exports org.quern.padata;
    exports org.quern.padata.agrona;
    exports org.quern.padata.stream;
}
