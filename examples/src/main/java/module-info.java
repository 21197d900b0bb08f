/** Runnable examples. */
module org.quern.examples {
    requires static org.jspecify;
    requires org.quern.xarray;
    requires org.quern.padata;
    requires org.quern.vmap;
    requires org.quern.kapi;
    requires info.picocli;
    requires org.agrona; // optional for padata; here so that the contracts of its agents are checked and printed
    requires java.management;
    requires jdk.management;
    requires jdk.unsupported; // com.sun.nio.file: direct I/O

    // picocli fills the commands' fields by reflection
    opens org.quern.examples to info.picocli;
}
