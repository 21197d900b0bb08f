package org.quern.kapi.bind;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Linkage;
import org.quern.kapi.Param;

/**
 * A declaration's way to the kernel, found: a symbol of the C library, what goes in front of or between the declared
 * parameters, and where the variadic ones begin.
 *
 * <pre>
 *   Symbol   (capture, a, b)  =  symbol(a, b)
 *   Syscall  (capture, a, b)  =  syscall(number, a, b)     variadic from 1
 *   Command  (capture, a, b)  =  symbol(a, number, b)      variadic from 2
 * </pre>
 *
 * @param symbol name of the C library's function
 * @param insertAt where the number goes, or -1
 * @param number the system call or command
 * @param numberLayout how the number is passed
 * @param firstVariadic index of the first variadic argument, or -1
 */
record Downcall(String symbol, int insertAt, long number, MemoryLayout numberLayout, int firstVariadic) {
    private static final int NOWHERE = -1;

    /** The way of a declaration, or why there is none here. */
    static Object of(Linkage linkage) {
        return switch (linkage) {
            case Linkage.Symbol s -> new Downcall(s.name(), NOWHERE, 0, ValueLayout.JAVA_LONG, s.firstVariadic());
            case Linkage.Command c -> new Downcall(c.symbol(), 1, c.number(), c.type().layout(), 2);
            case Linkage.Syscall s -> syscall(s, System.getProperty("os.arch"));
        };
    }

    private static Object syscall(Linkage.Syscall call, String arch) {
        int number = call.number(arch);
        return number >= 0
                ? new Downcall("syscall", 0, number, ValueLayout.JAVA_LONG, 1)
                : new Availability(Availability.State.ABSENT, "the number of this system call on " + arch
                        + " is not known here");
    }

    /** The function, if the C library has it. */
    Optional<MemorySegment> find() {
        return Linker.nativeLinker().defaultLookup().find(symbol);
    }

    /** The downcall: takes the errno buffer and the declared parameters. */
    @SuppressWarnings("restricted") // The one downcall of the library; what it is given comes from a checked declaration.
    MethodHandle bind(CallSpec spec, MemorySegment function) {
        List<MemoryLayout> params = new ArrayList<>(
                spec.params().stream().map(Param::type).map(CType::layout).toList());
        if (insertAt != NOWHERE) {
            params.add(insertAt, numberLayout);
        }
        MemoryLayout result = "syscall".equals(symbol) ? ValueLayout.JAVA_LONG : spec.result().type().layout();
        FunctionDescriptor descriptor = FunctionDescriptor.of(result, params.toArray(MemoryLayout[]::new));
        MethodHandle call = Linker.nativeLinker().downcallHandle(function, descriptor, options(spec, params.size()));
        return insertAt == NOWHERE ? call : MethodHandles.insertArguments(call, insertAt + 1, constant());
    }

    private Linker.Option[] options(CallSpec spec, int arguments) {
        List<Linker.Option> options = new ArrayList<>();
        options.add(Linker.Option.captureCallState("errno"));
        if (spec.critical()) {
            options.add(Linker.Option.critical(false));
        }
        if (firstVariadic != NOWHERE && firstVariadic <= arguments) {
            options.add(Linker.Option.firstVariadicArg(firstVariadic));
        }
        return options.toArray(Linker.Option[]::new);
    }

    /** A command is 32 bits, unsigned: in a 64-bit slot it is extended with zeros. */
    private Object constant() {
        if (numberLayout instanceof ValueLayout.OfInt) {
            return (int) number;
        }
        return number;
    }
}
