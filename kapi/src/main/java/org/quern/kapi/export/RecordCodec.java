package org.quern.kapi.export;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.WordsOnly;

/**
 * Records as JSON and back: a property for each component, in order. What is empty (text, list, set, optional) is left
 * out; a record of a sealed interface says which it is in the property {@code is}. Reading calls the records' own
 * constructors, so a file is checked by the same rules as code.
 *
 * <p>
 * Components that are code are left out; reading puts {@link WordsOnly}, or a predicate that is always true, in their
 * place.
 */
final class RecordCodec {
    private static final String TAG = "is";

    private RecordCodec() {}

    static Json write(Record value) {
        Map<String, Json> properties = new LinkedHashMap<>();
        tag(value.getClass()).ifPresent(tag -> properties.put(TAG, new Json.Str(tag)));
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            if (!isCode(component.getType())) {
                Object part = get(component, value);
                if (!isEmpty(part)) {
                    properties.put(component.getName(), any(part));
                }
            }
        }
        return new Json.Obj(properties);
    }

    private static Json any(Object value) {
        return switch (value) {
            case String text -> new Json.Str(text);
            case Integer number -> new Json.Num(number);
            case Long number -> new Json.Num(number);
            case Boolean bool -> new Json.Bool(bool);
            case Enum<?> constant -> new Json.Str(constant.name());
            case Optional<?> some -> any(some.orElseThrow());
            case Collection<?> many -> new Json.Arr(many.stream().map(RecordCodec::any).toList());
            case Record record -> write(record);
            default -> throw new IllegalArgumentException("a record has a component of " + value.getClass());
        };
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Collection<?> many -> many.isEmpty();
            case Optional<?> some -> some.isEmpty();
            default -> false;
        };
    }

    /** A record of the type, from a tree; {@code path} is where the tree stands, for messages. */
    static <T extends Record> T read(Class<T> type, Json json, String path) {
        if (!(json instanceof Json.Obj object)) {
            throw new IllegalArgumentException(path + ": must be an object");
        }
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known = new LinkedHashSet<>();
        tag(type).ifPresent(ignored -> known.add(TAG));
        Object[] parts = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            known.add(component.getName());
            parts[i] = isCode(component.getType())
                    ? words(component.getType())
                    : part(component.getGenericType(), object.properties().get(component.getName()),
                            path + "." + component.getName());
        }
        for (String property : object.properties().keySet()) {
            if (!known.contains(property)) {
                throw new IllegalArgumentException(
                        path + "." + property + ": unknown, " + type.getSimpleName() + " has " + known);
            }
        }
        return construct(type, components, parts, path);
    }

    private static Object part(Type type, @Nullable Json json, String path) {
        Class<?> raw = type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
        if (raw == List.class || raw == Set.class) {
            List<Object> many = many(element(type), json, path);
            return raw == List.class ? many : new LinkedHashSet<>(many);
        }
        if (raw == Optional.class) {
            return json == null ? Optional.empty() : Optional.of(part(element(type), json, path));
        }
        if (raw == String.class) {
            return json == null ? "" : text(json, path);
        }
        if (json == null) {
            throw new IllegalArgumentException(path + ": is missing");
        }
        if (raw == int.class) {
            return whole(json, path, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
        }
        if (raw == long.class) {
            return whole(json, path, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (raw == boolean.class) {
            return bool(json, path);
        }
        return raw.isEnum() ? constant(raw, text(json, path), path) : read(recordType(raw, json, path), json, path);
    }

    private static Type element(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }

    private static List<Object> many(Type element, @Nullable Json json, String path) {
        List<Object> many = new ArrayList<>();
        if (json instanceof Json.Arr array) {
            for (int i = 0; i < array.elements().size(); i++) {
                many.add(part(element, array.elements().get(i), path + "[" + i + "]"));
            }
        } else if (json != null) {
            throw new IllegalArgumentException(path + ": must be an array");
        }
        return many;
    }

    private static String text(Json json, String path) {
        if (json instanceof Json.Str string) {
            return string.text();
        }
        throw new IllegalArgumentException(path + ": must be a string");
    }

    private static boolean bool(Json json, String path) {
        if (json instanceof Json.Bool bool) {
            return bool.value();
        }
        throw new IllegalArgumentException(path + ": must be true or false");
    }

    private static Long whole(Json json, String path, long min, long max) {
        try {
            long value = switch (json) {
                case Json.Num number -> number.value();
                case Json.Str string -> Long.parseLong(string.text());
                default -> throw new NumberFormatException();
            };
            if (min <= value && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new IllegalArgumentException(path + ": must be a whole number in " + min + ".." + max);
    }

    private static Object constant(Class<?> type, String name, String path) {
        return Arrays.stream(type.getEnumConstants()).filter(c -> ((Enum<?>) c).name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(path + "='" + name + "': is none of "
                        + Arrays.toString(type.getEnumConstants())));
    }

    /** The record that a tree stands for: the type itself, or the one its {@code is} names. */
    private static Class<? extends Record> recordType(Class<?> type, Json json, String path) {
        if (type.isRecord()) {
            return type.asSubclass(Record.class);
        }
        String variant = json instanceof Json.Obj object && object.properties().get(TAG) instanceof Json.Str tag
                ? tag.text()
                : "";
        return records(type).filter(r -> tag(r).orElseThrow().equals(variant)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(path + ".is='" + variant + "': is none of "
                        + records(type).map(r -> tag(r).orElseThrow()).toList()))
                .asSubclass(Record.class);
    }

    /** The records of a sealed interface, at any depth. */
    static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(RecordCodec::records);
    }

    /** What a record of a sealed interface is called: its simple name, with a small first letter. */
    static Optional<String> tag(Class<?> record) {
        boolean tagged = Arrays.stream(record.getInterfaces()).anyMatch(Class::isSealed);
        String name = record.getSimpleName();
        return tagged
                ? Optional.of(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1))
                : Optional.empty();
    }

    /** Whether values of a type are code: an interface that is neither sealed nor a collection. */
    static boolean isCode(Class<?> type) {
        return type.isInterface() && !type.isSealed() && !Collection.class.isAssignableFrom(type);
    }

    private static Object words(Class<?> type) {
        Predicate<Object> always = ignored -> true;
        return type == Predicate.class ? always : WordsOnly.INSTANCE;
    }

    private static Object get(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(component.toString(), e);
        }
    }

    private static <T extends Record> T construct(Class<T> type, RecordComponent[] components, Object[] parts,
            String path) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(parts);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            String refusal = cause instanceof IllegalArgumentException ? cause.getMessage() : String.valueOf(cause);
            throw new IllegalArgumentException(path + ": " + refusal, e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.toString(), e);
        }
    }
}
