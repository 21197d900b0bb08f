package org.quern.kapi.export;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.quern.kapi.Operation;
import org.quern.kapi.ReferencePage;

/**
 * The {@link Operation} contracts of a type: which public operations it has, which of them have none, and the page that
 * describes them.
 *
 * <p>
 * An operation is a public or protected constructor or method that the type declares. No operations are what the language
 * defines: the methods of {@code Object}, the accessors and the constructor of a record, {@code values} and
 * {@code valueOf} of an enum, and everything of an exception or an annotation.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Contracts {
    private Contracts() {}

    /**
     * The operations of a type, by name and then by parameters.
     *
     * @param type the type
     * @return its operations
     */
    public static List<Executable> operations(Class<?> type) {
        if (type.isAnnotation() || Throwable.class.isAssignableFrom(type)) {
            return List.of();
        }
        Stream<Constructor<?>> constructors = type.isRecord() || type.isEnum()
                ? Stream.empty()
                : Arrays.stream(type.getDeclaredConstructors());
        Stream<Method> methods = Arrays.stream(type.getDeclaredMethods()).filter(m -> !isTheLanguages(type, m));
        return Stream.concat(constructors, methods).filter(Contracts::isOffered)
                .sorted(Comparator.<Executable, String>comparing(Executable::getName)
                        .thenComparing(Contracts::signature))
                .toList();
    }

    private static boolean isOffered(Executable operation) {
        return (operation.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0 && !operation.isSynthetic();
    }

    private static boolean isTheLanguages(Class<?> type, Method method) {
        return declares(Object.class, method) || (type.isEnum() && isOfEnum(method)) || (type.isRecord()
                && Arrays.stream(type.getRecordComponents()).map(RecordComponent::getAccessor)
                        .anyMatch(method::equals));
    }

    private static boolean declares(Class<?> type, Method method) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(m -> m.getName().equals(method.getName())
                && Arrays.equals(m.getParameterTypes(), method.getParameterTypes()));
    }

    private static boolean isOfEnum(Method method) {
        return Modifier.isStatic(method.getModifiers())
                && (method.getName().equals("values") || method.getName().equals("valueOf"));
    }

    /**
     * The contract of an operation: its own, or that of its type, or of the type around it.
     *
     * @param operation the operation
     * @return the contract; empty if nobody wrote one
     */
    public static Optional<Operation> of(Executable operation) {
        Operation own = operation.getAnnotation(Operation.class);
        return own == null ? ofType(operation.getDeclaringClass()) : Optional.of(own);
    }

    private static Optional<Operation> ofType(Class<?> type) {
        for (Class<?> t = type; t != null; t = t.getEnclosingClass()) {
            Operation contract = ((AnnotatedElement) t).getAnnotation(Operation.class);
            if (contract != null) {
                return Optional.of(contract);
            }
        }
        return Optional.empty();
    }

    /**
     * What is wrong with the contracts of a type: operations without one, and contracts that contradict themselves or the
     * operation.
     *
     * @param type the type
     * @return one sentence each; empty if nothing is
     */
    public static List<String> findings(Class<?> type) {
        List<String> findings = new ArrayList<>();
        for (Executable operation : operations(type)) {
            String name = type.getSimpleName() + "." + signature(operation);
            of(operation).ifPresentOrElse(contract -> contradictions(operation, contract)
                    .forEach(c -> findings.add(name + ": " + c)), () -> findings.add(name + " has no @Operation"));
        }
        return findings;
    }

    private static List<String> contradictions(Executable operation, Operation contract) {
        List<String> wrong = new ArrayList<>();
        if (contract.threads() == Operation.Threads.LOCK_HOLDER && contract.lock().isBlank()) {
            wrong.add("threads=LOCK_HOLDER, but lock is empty");
        }
        if (contract.blocks() == Operation.Blocks.BRIEFLY && contract.lock().isBlank()) {
            wrong.add("blocks=BRIEFLY, but lock is empty");
        }
        for (Class<?> thrown : operation.getExceptionTypes()) {
            if (Arrays.stream(contract.errors()).noneMatch(thrown::isAssignableFrom)) {
                wrong.add("throws " + thrown.getSimpleName() + ", which errors does not list");
            }
        }
        return wrong;
    }

    /**
     * The page of a type.
     *
     * @param type the type
     * @param summary one sentence
     * @return its operations with their contracts
     */
    public static ReferencePage page(Class<?> type, String summary) {
        List<ReferencePage.Item> items = operations(type).stream().map(Contracts::item).toList();
        return new ReferencePage(type.getSimpleName(), summary, List.of(),
                List.of(new ReferencePage.Section("Operations", items)));
    }

    private static ReferencePage.Item item(Executable operation) {
        return of(operation).map(c -> new ReferencePage.Item(signature(operation), "", List.of(
                "threads: " + c.threads().words(), "blocks: " + c.blocks().words(), "faults: " + c.faults().words(),
                c.lock().isEmpty() ? "" : "lock: " + c.lock(), errors(c))))
                .orElseGet(() -> new ReferencePage.Item(signature(operation), "", List.of("no contract")));
    }

    private static String errors(Operation contract) {
        return contract.errors().length == 0
                ? ""
                : "errors: " + Arrays.stream(contract.errors())
                        .map(Class::getSimpleName).collect(Collectors.joining(", "));
    }

    /**
     * An operation as one would look for it.
     *
     * @param operation the operation
     * @return for instance {@code munmap(long, long)}
     */
    public static String signature(Executable operation) {
        String name = operation instanceof Constructor<?>
                ? "new " + operation.getDeclaringClass().getSimpleName()
                : ((Member) operation).getName();
        return name + Arrays.stream(operation.getParameterTypes()).map(Class::getSimpleName)
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
