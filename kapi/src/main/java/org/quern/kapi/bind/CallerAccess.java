package org.quern.kapi.bind;

import java.lang.invoke.MethodHandles;

/**
 * Who may turn a declaration into a native call: code of this module, for which the JVM decides, and code of a module
 * that the user gave native access. Otherwise this module would lend its own access to everybody on the path, against
 * the purpose of {@code --enable-native-access}.
 *
 * <p>
 * The lookup proves who asks: only code of a class can make one with full privileges on that class.
 */
final class CallerAccess {
    private CallerAccess() {}

    /** Whether the caller's module was given native access, or is this one. */
    static boolean granted(MethodHandles.Lookup caller) {
        if (!caller.hasFullPrivilegeAccess()) {
            throw new IllegalArgumentException(
                    "caller=" + caller + ": pass MethodHandles.lookup(), made where the call is declared");
        }
        Module module = caller.lookupClass().getModule();
        return module == CallerAccess.class.getModule() || module.isNativeAccessEnabled();
    }

    /** The flag that a caller needs. */
    static String flag(MethodHandles.Lookup caller) {
        Module module = caller.lookupClass().getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
}
