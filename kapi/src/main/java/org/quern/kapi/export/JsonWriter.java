package org.quern.kapi.export;

import java.util.Iterator;
import java.util.Map;

/**
 * Writes a tree as text, two spaces for each level, lines ended by a newline: equal trees give equal bytes. Everything
 * that is not printable ASCII inside a string is escaped, so no reader has to guess an encoding. Numbers beyond 2^53,
 * which many readers would round, are written as strings.
 */
final class JsonWriter {
    private static final long EXACT = 1L << 53;

    private final StringBuilder text = new StringBuilder();

    private JsonWriter() {}

    static String write(Json json) {
        JsonWriter writer = new JsonWriter();
        writer.value(json, 0);
        return writer.text.append('\n').toString();
    }

    private void value(Json json, int depth) {
        switch (json) {
            case Json.Obj object -> object(object, depth);
            case Json.Arr array -> array(array, depth);
            case Json.Str string -> string(string.text());
            case Json.Bool bool -> text.append(bool.value());
            case Json.Num number -> {
                boolean exact = -EXACT <= number.value() && number.value() <= EXACT;
                text.append(exact ? Long.toString(number.value()) : '"' + Long.toString(number.value()) + '"');
            }
        }
    }

    private void object(Json.Obj object, int depth) {
        text.append('{');
        Iterator<Map.Entry<String, Json>> entries = object.properties().entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Json> entry = entries.next();
            line(depth + 1);
            string(entry.getKey());
            text.append(": ");
            value(entry.getValue(), depth + 1);
            text.append(entries.hasNext() ? "," : "");
        }
        end('}', object.properties().isEmpty(), depth);
    }

    private void array(Json.Arr array, int depth) {
        text.append('[');
        for (int i = 0; i < array.elements().size(); i++) {
            text.append(i == 0 ? "" : ",");
            line(depth + 1);
            value(array.elements().get(i), depth + 1);
        }
        end(']', array.elements().isEmpty(), depth);
    }

    private void end(char bracket, boolean empty, int depth) {
        if (!empty) {
            line(depth);
        }
        text.append(bracket);
    }

    private void line(int depth) {
        text.append('\n').repeat("  ", depth);
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        text.append(c);
                    } else {
                        text.append(String.format("\\u%04x", (int) c));
                    }
                }
            }
        }
        text.append('"');
    }
}
