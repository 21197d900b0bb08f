package org.quern.kapi.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Operation;

/**
 * Declarations as a JSON document, and back.
 *
 * <pre>
 *   { "schema": 1, "calls": [ { "identity": { "name": "mlock", ... }, ... }, ... ] }
 * </pre>
 *
 * A property for each component of the records of {@code org.quern.kapi}; what is empty is left out; numbers beyond 2^53
 * are strings. Equal declarations give equal text, in the order given. What is read back is equal to what was written; its
 * tests that were code are only words ({@link org.quern.kapi.WordsOnly}). Thread-safe.
 */
@Operation(threads = Operation.Threads.ANY)
public final class SpecJson {
    /** Grows when a reader of the version before would misunderstand a document. */
    public static final int SCHEMA = 1;

    private SpecJson() {}

    /**
     * Declarations as a document.
     *
     * @param calls the declarations
     * @return the text, ASCII only, ended by a newline
     */
    public static String write(List<CallSpec> calls) {
        Map<String, Json> document = new LinkedHashMap<>();
        document.put("schema", new Json.Num(SCHEMA));
        document.put("calls", new Json.Arr(calls.stream().map(RecordCodec::write).toList()));
        return JsonWriter.write(new Json.Obj(document));
    }

    /**
     * One declaration as a document.
     *
     * @param call the declaration
     * @return the text, ASCII only, ended by a newline
     */
    public static String write(CallSpec call) {
        return write(List.of(call));
    }

    /**
     * The declarations of a document.
     *
     * @param text the document
     * @return the declarations, in its order
     * @throws IllegalArgumentException naming the line or the property if the text is not JSON, of another schema, or holds
     *         a declaration that is contradictory or incomplete, or one call twice
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static List<CallSpec> read(String text) {
        Json.Arr calls = calls(text);
        List<CallSpec> specs = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < calls.elements().size(); i++) {
            CallSpec spec = RecordCodec.read(CallSpec.class, calls.elements().get(i), "calls[" + i + "]");
            if (!names.add(spec.name())) {
                throw new IllegalArgumentException(
                        "calls[" + i + "].identity.name='" + spec.name() + "': occurs twice");
            }
            specs.add(spec);
        }
        return List.copyOf(specs);
    }

    private static Json.Arr calls(String text) {
        if (!(JsonReader.read(text) instanceof Json.Obj document)) {
            throw new IllegalArgumentException("the document must be an object");
        }
        Json schema = document.properties().get("schema");
        if (!new Json.Num(SCHEMA).equals(schema)) {
            throw new IllegalArgumentException("schema=" + (schema instanceof Json.Num n ? n.value() : "?")
                    + ": this version reads " + SCHEMA);
        }
        if (!document.properties().keySet().equals(Set.of("schema", "calls"))
                || !(document.properties().get("calls") instanceof Json.Arr calls)) {
            throw new IllegalArgumentException("the document must have 'schema' and an array 'calls', nothing else");
        }
        return calls;
    }
}
