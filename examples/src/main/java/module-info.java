/** Runnable examples. */
module org.quern.examples {
    requires static org.jspecify;
    requires org.quern.xarray;
    requires org.quern.padata;
    requires org.quern.vmap;
    requires org.quern.kapi;
    requires info.picocli;

}
