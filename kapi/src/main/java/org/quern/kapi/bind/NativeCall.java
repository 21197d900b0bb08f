package org.quern.kapi.bind;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.quern.kapi.Arguments;
import org.quern.kapi.Availability;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.WordsOnly;

/**
 * A declaration, bound. Keep it, and its {@link #handle}, in static final fields: only a constant method handle is
 * compiled to the bare call.
 *
 * <p>
 * The system property {@code quern.kapi.validate=false}, read when a call is bound, leaves the checks out; the kernel's
 * own answer is then what the caller sees.
 */
@Operation(threads = Operation.Threads.ANY)
public final class NativeCall {
    private static final boolean VALIDATE = !"false".equals(System.getProperty("quern.kapi.validate"));

    private static final MethodHandle IN_BAND;
    private static final MethodHandle BUFFER;
    private static final MethodHandle UNAVAILABLE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            IN_BAND = lookup.findVirtual(Outcome.class, "inBand",
                    MethodType.methodType(long.class, long.class, MemorySegment.class));
            BUFFER = lookup.findStatic(ErrnoCapture.class, "buffer", MethodType.methodType(MemorySegment.class));
            UNAVAILABLE = lookup.findConstructor(CallUnavailableException.class,
                    MethodType.methodType(void.class, String.class, Availability.class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("org.quern.kapi.bind", e);
        }
    }

    private final CallSpec spec;
    private final Availability availability;
    private final MethodHandle handle;

    private NativeCall(CallSpec spec, Availability availability, MethodHandle handle) {
        this.spec = spec;
        this.availability = availability;
        this.handle = handle;
    }

    /**
     * Binds a declaration, with its checks unless they are switched off.
     *
     * @param caller who will make the call: {@code MethodHandles.lookup()}
     * @param spec the declaration
     * @return the bound call; if this system, or the caller, does not have it, one that answers why
     * @throws IllegalArgumentException if the lookup does not prove who asks, or a rule of the declaration is only words
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static NativeCall bind(MethodHandles.Lookup caller, CallSpec spec) {
        return bind(caller, spec, VALIDATE);
    }

    /**
     * Binds a declaration.
     *
     * @param caller who will make the call: {@code MethodHandles.lookup()}
     * @param spec the declaration
     * @param validate whether the rules of the declaration are checked before each call
     * @return the bound call; if this system, or the caller, does not have it, one that answers why
     * @throws IllegalArgumentException if the lookup does not prove who asks, or a rule of the declaration is only words
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static NativeCall bind(MethodHandles.Lookup caller, CallSpec spec, boolean validate) {
        WordsOnly.in(spec).ifPresent(rule -> {
            throw new IllegalArgumentException("spec=" + spec.name() + ": its rule '" + rule
                    + "' was read from a file and is only words; bind the declaration it came from");
        });
        if (!CallerAccess.granted(caller)) {
            return missing(spec, type(spec), new Availability(Availability.State.FORBIDDEN,
                    "start the JVM with " + CallerAccess.flag(caller)));
        }
        return bind(spec, validate);
    }

    private static NativeCall bind(CallSpec spec, boolean validate) {
        MethodType type = type(spec);
        String os = System.getProperty("os.name");
        if (!os.toLowerCase(Locale.ROOT).contains("linux")) {
            return missing(spec, type, new Availability(Availability.State.ABSENT, "this is " + os + ", not Linux"));
        }
        if (Downcall.of(spec.linkage()) instanceof Availability why) {
            return missing(spec, type, why);
        }
        Downcall way = (Downcall) Downcall.of(spec.linkage());
        Optional<MemorySegment> function = way.find();
        if (function.isEmpty()) {
            return missing(spec, type,
                    new Availability(Availability.State.ABSENT, "the C library has no " + way.symbol()));
        }
        try {
            MethodHandle call = inBand(spec, type, way.bind(spec, function.get()));
            return new NativeCall(spec, new Availability(Availability.State.PRESENT, "bound to the C library's symbol"),
                    validate ? Checks.before(spec, call) : call);
        } catch (IllegalCallerException e) {
            return missing(spec, type, new Availability(Availability.State.FORBIDDEN,
                    "start the JVM with --enable-native-access=org.quern.kapi"));
        }
    }

    /** What callers see: the carriers of the parameters, and a long in band. */
    private static MethodType type(CallSpec spec) {
        List<Class<?>> carriers = spec.params().stream().<Class<?>>map(p -> p.type().carrier()).toList();
        return MethodType.methodType(long.class, carriers);
    }

    /** (capture, arguments) -> raw becomes (arguments) -> raw or -errno. */
    private static MethodHandle inBand(CallSpec spec, MethodType type, MethodHandle downcall) {
        MethodHandle raw = downcall.asType(type.insertParameterTypes(0, MemorySegment.class));
        MethodHandle decode = MethodHandles.dropArguments(IN_BAND.bindTo(Outcome.of(spec)), 2, spec.params().stream()
                .<Class<?>>map(p -> p.type().carrier()).toList());
        return MethodHandles.foldArguments(MethodHandles.foldArguments(decode, raw), BUFFER);
    }

    private static NativeCall missing(CallSpec spec, MethodType type, Availability why) {
        MethodHandle thrower = MethodHandles.throwException(long.class, CallUnavailableException.class);
        MethodHandle fresh = UNAVAILABLE.bindTo(spec.name()).bindTo(why);
        MethodHandle throwing = MethodHandles.foldArguments(thrower, fresh);
        return new NativeCall(spec, why, MethodHandles.dropArguments(throwing, 0, type.parameterList()));
    }

    /**
     * The declaration.
     *
     * @return as it was bound
     */
    public CallSpec spec() {
        return spec;
    }

    /**
     * Whether the call is there.
     *
     * @return the verdict of the binding
     */
    public Availability availability() {
        return availability;
    }

    /**
     * The call: takes the carriers of the declared parameters in order, returns a {@code long}, -errno on failure.
     * Throws {@link org.quern.kapi.SpecViolationException} for a broken rule and {@link CallUnavailableException} if
     * the call is not available.
     *
     * @return the method handle, for {@code invokeExact}
     */
    public MethodHandle handle() {
        return handle;
    }

    /**
     * The call with failures as exceptions: takes the carriers of the declared parameters in order, returns the result.
     * Throws a {@link KernelException} on failure, and what {@link #handle} throws.
     *
     * @return the method handle, for {@code invokeExact}
     */
    public MethodHandle throwing() {
        return JavaMethod.throwing(this);
    }

    /**
     * The call as a Java method: the one abstract method of an interface, with the carriers of the declared parameters in
     * order, that returns {@code long}, or {@code int} where C returns an {@code int}, or {@code void} where success
     * says nothing. Throws what {@link #throwing} throws. Keep it in a static final field.
     *
     * @param type a public interface
     * @param <T> the interface
     * @return an instance whose method makes the call; thread-safe
     * @throws IllegalArgumentException naming the parameter if the method's type is not that of the declaration
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public <T> T as(Class<T> type) {
        return JavaMethod.of(type, this);
    }

    /**
     * The exception for a failed call.
     *
     * @param inBand what the call returned: -errno
     * @param arguments what it was given, in order
     * @return the exception to throw
     */
    public KernelException failure(long inBand, Object... arguments) {
        return KernelException.of(new Arguments(spec, List.of(arguments)), (int) -inBand);
    }

    /**
     * Rethrows what {@code invokeExact} declares: only unchecked exceptions and errors can come out of a bound call.
     *
     * @param thrown what was caught
     * @return never
     */
    public static RuntimeException unexpected(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IllegalStateException("a native call cannot throw " + thrown, thrown);
        };
    }
}
