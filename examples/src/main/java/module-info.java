/** Runnable examples. */
module org.quern.examples {
    requires static org.jspecify;
    requires org.quern.xarray;
    requires org.quern.padata;
    requires org.quern.vmap;
    requires org.quern.kapi;
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires jdk.unsupported; // com.sun.nio.file: direct I/O

    // picocli fills the commands' fields by reflection
    opens org.quern.examples to info.picocli;
}
