package org.quern.kapi.linux;

import java.util.List;

import org.quern.kapi.CallProvider;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Operation;

/** Offers the declarations of this package to whoever lists declarations. */
public final class LinuxCallProvider implements CallProvider {
    /** For the service loader. */
    @Operation(threads = Operation.Threads.ANY)
    public LinuxCallProvider() {}

    @Override
    @Operation(threads = Operation.Threads.ANY)
    public List<CallSpec> calls() {
        return LinuxCalls.all();
    }
}
