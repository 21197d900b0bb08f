package org.quern.kapi.export;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Everything;
import org.quern.kapi.WordsOnly;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.linux.LinuxCalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SpecJsonTest {
    @Test
    void everyDeclarationReadsBackEqual() {
        List<CallSpec> all = LinuxCalls.all();
        String text = SpecJson.write(all);
        List<CallSpec> back = SpecJson.read(text);
        assertThat(back).isEqualTo(all);
        assertThat(SpecJson.write(back)).isEqualTo(text);
    }

    @Test
    void everyFieldReadsBackEqual() {
        String text = SpecJson.write(Everything.SPEC);
        CallSpec back = SpecJson.read(text).getFirst();
        assertThat(back).isEqualTo(Everything.SPEC);
        assertThat(back.hashCode()).isEqualTo(Everything.SPEC.hashCode());
        for (String word : Everything.words()) {
            assertThat(text.toLowerCase(java.util.Locale.ROOT)).contains(word);
        }
    }

    @Test
    void textIsEscapedAndAscii() {
        String text = SpecJson.write(Everything.SPEC);
        assertThat(text).contains("\\\"quotes\\\", a \\\\,", "\\u00fc\\u2028").isASCII();
        assertThat(text).as("numbers beyond 2^53").contains("\"max\": \"1152921504606846976\"");
        assertThat(text).startsWith("{\n  \"schema\": 1,\n  \"calls\": [").endsWith("}\n");
    }

    @Test
    void equalDeclarationsGiveEqualText() {
        CallSpec again = SpecJson.read(SpecJson.write(Everything.SPEC)).getFirst();
        assertThat(SpecJson.write(again)).isEqualTo(SpecJson.write(Everything.SPEC));
    }

    @Test
    void whatWasReadIsWordsAndCannotBeBound() {
        CallSpec back = SpecJson.read(SpecJson.write(Everything.SPEC)).getFirst();
        assertThat(WordsOnly.in(Everything.SPEC)).isEmpty();
        assertThat(WordsOnly.in(back)).contains("zq13");
        assertThatIllegalArgumentException().isThrownBy(() -> NativeCall.bind(MethodHandles.lookup(), back))
                .withMessageContaining("its rule 'zq13' was read from a file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "\"schema\": 1 | \"schema\": 2 | schema=2: this version reads 1",
            "\"schema\": 1, | | schema=?: this version reads 1",
            "\"schema\": 1 | \"schema\": 1, \"more\": true | 'schema' and an array 'calls', nothing else",
            "\"zq02\" | \"\" | calls[0].identity: since='': must not be blank",
            "\"version\": 7 | \"version\": \"x\" | calls[0].identity.version: must be a whole number",
            "\"version\": 7 | \"version\": 3000000000 | calls[0].identity.version: must be a whole number in -2147483648",
            "\"version\": 7, | | calls[0].identity.version: is missing",
            "\"version\": 7 | \"version\": 7, \"colour\": \"red\" | calls[0].identity.colour: unknown, Identity has [name",
            "\"version\": 7 | \"version\": 7, \"version\": 8 | property 'version' occurs twice",
            "\"SIZE_T\" | \"SIZE_X\" | calls[0].signature.params[0].type='SIZE_X': is none of",
            "\"is\": \"range\" | \"is\": \"rage\" | constraints[0].is='rage': is none of [range, mask",
            "\"critical\": false | \"critical\": 0 | calls[0].behaviour.critical: must be true or false",
            "\"name\": \"zq01\" | \"name\": 5 | calls[0].identity.name: must be a string",
            "\"PROCESS\" | \"PROCESSES\" | calls[0].behaviour.contexts[0]='PROCESSES': is none of",
            "\"first\": \"zq04\" | \"first\": \"zq99\" | there is no parameter 'zq99'"})
    void aDocumentThatIsNoneIsRefusedWithTheProperty(String part, String instead, String message) {
        String text = SpecJson.write(Everything.SPEC);
        assertThat(text).contains(part);
        String broken = text.replace(part, instead == null ? "" : instead);
        assertThatIllegalArgumentException().isThrownBy(() -> SpecJson.read(broken)).withMessageContaining(message);
    }

    @Test
    void aCallTwiceIsRefused() {
        String twice = SpecJson.write(List.of(Everything.SPEC, Everything.SPEC));
        assertThatIllegalArgumentException().isThrownBy(() -> SpecJson.read(twice))
                .withMessage("calls[1].identity.name='zq01': occurs twice");
    }

    /** The names of all properties, so that nobody changes the schema without noticing; a new property is no new schema. */
    @Test
    void theSchemaIsTheOneWrittenDown() throws Exception {
        Map<String, String> schema = new TreeMap<>();
        describe(CallSpec.class, schema);
        String described = schema.entrySet().stream().map(e -> (e.getKey() + ": " + e.getValue()).strip() + "\n")
                .collect(Collectors.joining());
        Path written = Path.of(System.getProperty("quern.root"), "kapi/src/test/resources/schema-1.txt");
        if ("write".equals(System.getProperty("quern.reference"))) {
            Files.writeString(written, described);
        }
        assertThat(described)
                .as("kapi/src/test/resources/schema-" + SpecJson.SCHEMA + ".txt; a property that is gone or"
                        + " means something else needs a new SCHEMA; then run this test with -Dquern.reference=write")
                .isEqualTo(Files.readString(written));
    }

    private static void describe(Class<?> type, Map<String, String> schema) {
        if (type.isInterface() && type.isSealed()) {
            RecordCodec.records(type).forEach(r -> describe(r, schema));
        } else if (type.isRecord() && !schema.containsKey(type.getSimpleName())) {
            String name = RecordCodec.tag(type).map(tag -> type.getEnclosingClass().getSimpleName() + "." + tag)
                    .orElse(type.getSimpleName());
            if (schema.containsKey(name)) {
                return;
            }
            RecordComponent[] components = type.getRecordComponents();
            schema.put(name, Arrays.stream(components).filter(c -> !RecordCodec.isCode(c.getType()))
                    .map(c -> c.getName() + " " + c.getGenericType().getTypeName().replaceAll("[a-z]+\\.", ""))
                    .collect(Collectors.joining(", ")));
            for (RecordComponent component : components) {
                if (RecordCodec.isCode(component.getType())) {
                    continue;
                }
                describe(component.getType(), schema);
                if (component.getGenericType() instanceof java.lang.reflect.ParameterizedType p
                        && p.getActualTypeArguments()[0] instanceof Class<?> element) {
                    describe(element, schema);
                }
            }
        }
    }
}
