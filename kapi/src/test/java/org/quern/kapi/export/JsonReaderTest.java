package org.quern.kapi.export;

import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JsonReaderTest {
    @Test
    void readsEveryKind() {
        assertThat(JsonReader.read(" {\"a\" : [1, -2 ,true,false, \"x\\n\\u0041\\/\"], \"b\":{} , \"c\":[]}\n"))
                .isEqualTo(new Json.Obj(Map.of("a", new Json.Arr(List.of(new Json.Num(1), new Json.Num(-2),
                        new Json.Bool(true), new Json.Bool(false), new Json.Str("x\nA/"))), "b",
                        new Json.Obj(Map.of()), "c", new Json.Arr(List.of()))));
        assertThat(JsonReader.read("-9223372036854775808")).isEqualTo(new Json.Num(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[1 2]", "{a:1}", "nul",
            "null", "tru", "1.5", "1e3", "01", "-", "+1", "9223372036854775808", "\"", "\"\\x\"", "\"\\u12g4\"",
            "\"\\u12", "\"\n\"", "1 2", "{\"a\":1,\"a\":2}", "[1],", "'a'", "\"\\u\u0661\u0661\u0661\u0661\"",
            "\u0661"})
    void refusesWhatIsNotJson(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read(text))
                .withMessageStartingWith("json line");
    }

    @Test
    void refusesNestingThatWouldOverflowTheStack() {
        assertThat(JsonReader.read("[".repeat(64) + "]".repeat(64))).isInstanceOf(Json.Arr.class);
        assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read("[".repeat(100_000)))
                .withMessageContaining("nested deeper than 64");
    }

    @Test
    void namesTheLine() {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read("[\n1,\n2,\nx\n]"))
                .withMessageStartingWith("json line 4:");
    }

    @RepeatedTest(20)
    void whatIsWrittenReadsBackEqual(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Json json = random(new Random(seed), 5);
        assertThat(JsonReader.read(JsonWriter.write(wide(json)))).as("seed " + seed).isEqualTo(wide(json));
    }

    /** Numbers beyond 2^53 come back as strings, by design. */
    private static Json wide(Json json) {
        return switch (json) {
            case Json.Num number -> number.value() > 1L << 53 || number.value() < -(1L << 53)
                    ? new Json.Str(Long.toString(number.value()))
                    : number;
            case Json.Arr array -> new Json.Arr(array.elements().stream().map(JsonReaderTest::wide).toList());
            case Json.Obj object -> new Json.Obj(object.properties().entrySet().stream()
                    .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> wide(e.getValue()))));
            default -> json;
        };
    }

    private static Json random(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0 -> new Json.Num(random.nextLong() >> random.nextInt(64));
            case 1 -> new Json.Str(text(random));
            case 2 -> new Json.Bool(random.nextBoolean());
            case 3 -> new Json.Arr(random.ints(random.nextInt(4)).mapToObj(i -> random(random, depth - 1)).toList());
            default -> {
                Map<String, Json> properties = new java.util.LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    properties.put(text(random), random(random, depth - 1));
                }
                yield new Json.Obj(properties);
            }
        };
    }

    /** Any UTF-16, lone surrogates included. */
    private static String text(Random random) {
        char[] chars = new char[random.nextInt(6)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) random.nextInt(random.nextBoolean() ? 128 : 65536);
        }
        return new String(chars);
    }
}
