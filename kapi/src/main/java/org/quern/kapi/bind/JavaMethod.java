package org.quern.kapi.bind;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.ResultCheck;

/**
 * A bound call as a Java method: failures are exceptions, and the method's type is compared with the declaration once,
 * when the two are put together.
 *
 * <pre>
 *   (arguments) -> long in band  --+--  -4095..-1: throw, with the arguments
 *                                  +--  else: the result
 * </pre>
 */
final class JavaMethod {
    private static final MethodHandle IS_ERROR;
    private static final MethodHandle FAIL;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            IS_ERROR = lookup.findStatic(Errno.class, "isError", MethodType.methodType(boolean.class, long.class));
            FAIL = lookup.findStatic(JavaMethod.class, "fail",
                    MethodType.methodType(long.class, NativeCall.class, long.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("org.quern.kapi.bind.JavaMethod", e);
        }
    }

    private JavaMethod() {}

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static long fail(NativeCall call, long inBand, Object[] arguments) {
        throw call.failure(inBand, arguments);
    }

    /** The call with its arguments collected for the exception, on failure only. */
    static MethodHandle throwing(NativeCall call) {
        MethodType type = call.handle().type();
        MethodType after = type.insertParameterTypes(0, long.class);
        MethodHandle test = MethodHandles.dropArguments(IS_ERROR, 1, type.parameterList());
        MethodHandle fail = FAIL.bindTo(call).asCollector(Object[].class, type.parameterCount()).asType(after);
        MethodHandle pass = MethodHandles.dropArguments(MethodHandles.identity(long.class), 1, type.parameterList());
        return MethodHandles.foldArguments(MethodHandles.guardWithTest(test, fail, pass), call.handle());
    }

    /** The interface's one method, made by the call. */
    static <T> T of(Class<T> type, NativeCall call) {
        Method method = onlyMethod(type);
        requireSameType(method, call.spec());
        MethodType wanted = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
        return MethodHandleProxies.asInterfaceInstance(type,
                MethodHandles.explicitCastArguments(throwing(call), wanted));
    }

    private static Method onlyMethod(Class<?> type) {
        List<Method> candidates = Arrays.stream(type.getMethods()).filter(m -> Modifier.isAbstract(m.getModifiers()))
                .toList();
        if (!type.isInterface() || !Modifier.isPublic(type.getModifiers()) || candidates.size() != 1) {
            throw new IllegalArgumentException("type=" + type.getName()
                    + ": must be a public interface with one abstract method, and has " + candidates.size());
        }
        return candidates.getFirst();
    }

    private static void requireSameType(Method method, CallSpec spec) {
        Class<?>[] given = method.getParameterTypes();
        List<Class<?>> declared = spec.params().stream().<Class<?>>map(p -> p.type().carrier()).toList();
        if (given.length != declared.size()) {
            throw new IllegalArgumentException(method + ": has " + given.length + " parameters, " + spec.prototype()
                    + " has " + declared.size());
        }
        for (int i = 0; i < given.length; i++) {
            if (given[i] != declared.get(i)) {
                throw new IllegalArgumentException(method + ": parameter " + i + " is " + given[i].getSimpleName()
                        + ", '" + spec.params().get(i).name() + "' of " + spec.prototype() + " needs "
                        + declared.get(i).getSimpleName());
            }
        }
        Class<?> result = method.getReturnType();
        boolean says = !(spec.result().check() instanceof ResultCheck.Exact
                || spec.result().check() instanceof ResultCheck.ErrorList);
        boolean fits = result == long.class || (result == int.class && spec.result().type().carrier() == int.class)
                || (result == void.class && !says);
        if (!fits) {
            throw new IllegalArgumentException(method + ": returns " + result.getSimpleName() + ", "
                    + spec.prototype() + " returns " + spec.result().check().rule());
        }
    }
}
