package org.quern.kapi.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON document as a tree. Properties keep their order; numbers are whole and 64 bits wide, nothing here needs others. */
sealed interface Json {
    /** Properties in order. */
    record Obj(Map<String, Json> properties) implements Json {
        public Obj {
            properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        }
    }

    /** Elements in order. */
    record Arr(List<Json> elements) implements Json {
        public Arr {
            elements = List.copyOf(elements);
        }
    }

    /** Text. */
    record Str(String text) implements Json {}

    /** A whole number. */
    record Num(long value) implements Json {}

    /** True or false. */
    record Bool(boolean value) implements Json {}
}
