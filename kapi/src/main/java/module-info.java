/**
 * Native calls, declared: a specification is the call, its checks, its errors and its documentation.
 *
 * <p>
 * The only module of Quern that makes native calls: start the JVM with {@code --enable-native-access=org.quern.kapi}.
 */
@SuppressWarnings("module") // the two modules below are built after this one
module org.quern.kapi {
    requires static transitive org.jspecify;

    exports org.quern.kapi;
    exports org.quern.kapi.bind;
    exports org.quern.kapi.export;
    exports org.quern.kapi.linux;
    exports org.quern.kapi.struct;
    exports org.quern.kapi.ioctl;
    exports org.quern.kapi.raw to
            org.quern.vmap,
            org.quern.xarray;

    uses org.quern.kapi.CallProvider;

    provides org.quern.kapi.CallProvider with org.quern.kapi.linux.LinuxCallProvider;
}
