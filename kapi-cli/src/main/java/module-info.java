/** The command line of declared calls: list, show, export, compare. */
module org.quern.kapi.cli {
    requires static org.jspecify;
    requires org.quern.kapi;
    requires info.picocli;

    uses org.quern.kapi.CallProvider;

    opens org.quern.kapi.cli to
            info.picocli;
}
