package org.quern.kapi.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads text as a tree, strictly as RFC 8259 says, and stricter where an export is never different: no property twice, no
 * null, no number that is not whole or does not fit 64 bits, no nesting deeper than {@value #DEEPEST}. Every refusal names
 * the line.
 */
final class JsonReader {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    static Json read(String text) {
        JsonReader reader = new JsonReader(text);
        Json json = reader.value(0);
        reader.space();
        if (reader.at != text.length()) {
            throw reader.error("text after the end of the document");
        }
        return json;
    }

    private Json value(int depth) {
        space();
        if (depth > DEEPEST) {
            throw error("nested deeper than " + DEEPEST);
        }
        char c = peek();
        return switch (c) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Str(string());
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Json object(int depth) {
        Map<String, Json> properties = new LinkedHashMap<>();
        at++;
        space();
        while (peek() != '}') {
            if (!properties.isEmpty()) {
                expect(',');
                space();
            }
            String name = string();
            space();
            expect(':');
            if (properties.put(name, value(depth + 1)) != null) {
                throw error("property '" + name + "' occurs twice");
            }
            space();
        }
        at++;
        return new Json.Obj(properties);
    }

    private Json array(int depth) {
        List<Json> elements = new ArrayList<>();
        at++;
        space();
        while (peek() != ']') {
            if (!elements.isEmpty()) {
                expect(',');
            }
            elements.add(value(depth + 1));
            space();
        }
        at++;
        return new Json.Arr(elements);
    }

    private Json word(String word, boolean value) {
        if (!text.startsWith(word, at)) {
            throw error("neither true nor false");
        }
        at += word.length();
        return new Json.Bool(value);
    }

    private Json number() {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        int digits = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        boolean leadingZero = at > digits + 1 && text.charAt(digits) == '0';
        boolean fraction = at < text.length() && ".eE".indexOf(text.charAt(at)) >= 0;
        if (at == digits || leadingZero || fraction) {
            throw error("not a whole number, string, object, array, true or false");
        }
        try {
            return new Json.Num(Long.parseLong(text, from, at, 10));
        } catch (NumberFormatException e) {
            throw error("number '" + text.substring(from, at) + "' does not fit 64 bits");
        }
    }

    private String string() {
        expect('"');
        StringBuilder value = new StringBuilder();
        for (;;) {
            char c = peek();
            at++;
            if (c == '"') {
                return value.toString();
            }
            if (c < ' ') {
                throw error("a control character in a string");
            }
            value.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw error("unknown escape \\" + c);
        };
    }

    private char unicode() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
                throw error("\\u needs four hexadecimal digits");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at == text.length()) {
            throw error("the document ends too early");
        }
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw error("'" + wanted + "' expected, '" + peek() + "' found");
        }
        at++;
    }

    private IllegalArgumentException error(String what) {
        long line = text.substring(0, Math.min(at, text.length())).chars().filter(c -> c == '\n').count() + 1;
        return new IllegalArgumentException("json line " + line + ": " + what);
    }
}
