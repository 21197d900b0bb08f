/** Native calls, declared: a specification is the call, its checks, its errors and its documentation. */
module org.quern.kapi {
    requires static transitive org.jspecify;

    exports org.quern.kapi;
}
