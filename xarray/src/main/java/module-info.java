/** A sparse, concurrent, off-heap array indexed by unsigned 64-bit numbers. */
module org.quern.xarray {
    requires static transitive org.jspecify;
    requires transitive org.quern.vmap;

    exports org.quern.xarray;
}
