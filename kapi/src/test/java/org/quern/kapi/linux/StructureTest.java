package org.quern.kapi.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.quern.kapi.ioctl.IoctlAbi;
import org.quern.kapi.ioctl.IoctlCommand;
import org.quern.kapi.struct.FieldSpec;
import org.quern.kapi.struct.LayoutLint;
import org.quern.kapi.struct.StructSpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The declared structures against what a C compiler made of them: {@code src/test/c/structs.c} wrote
 * {@code structs.golden}.
 */
class StructureTest {
    static final List<StructSpec> STRUCTS = List.of(UserfaultLayouts.UFFDIO_API, UserfaultLayouts.UFFDIO_RANGE,
            UserfaultLayouts.UFFDIO_REGISTER, UserfaultLayouts.UFFDIO_COPY, UserfaultLayouts.UFFDIO_ZEROPAGE,
            UserfaultLayouts.UFFDIO_WRITEPROTECT, UserfaultLayouts.UFFDIO_CONTINUE, UserfaultLayouts.UFFDIO_POISON,
            UserfaultLayouts.UFFDIO_MOVE, UserfaultLayouts.UFFD_MSG, PagemapLayouts.PM_SCAN_ARG,
            PagemapLayouts.PAGE_REGION, PagemapLayouts.PROCMAP_QUERY, Poll.POLLFD, Resource.RLIMIT, Poll.TIMESPEC);

    private static final Map<String, String> GOLDEN = golden();

    /** From the structure, or member, to its numbers. */
    private static Map<String, String> golden() {
        try (var in = StructureTest.class.getResourceAsStream("/structs.golden");
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return new TreeMap<>(lines.lines().map(line -> line.split(" ", 3))
                    .collect(Collectors.toMap(words -> words[1].replace(".feat.", "."), words -> words[2])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @FieldSource("STRUCTS")
    void theCompilerLaysItOutLikeThis(StructSpec struct) {
        assertThat("size " + struct.size() + " align " + struct.alignment()).isEqualTo(GOLDEN.get(struct.name()));
        for (FieldSpec field : struct.fields()) {
            assertThat("offset " + field.offset() + " size " + field.size()).as(struct.name() + "." + field.name())
                    .isEqualTo(GOLDEN.get(struct.name() + "." + field.name()));
        }
    }

    @Test
    void membersOfTheMessageToo() {
        for (StructSpec member : UserfaultLayouts.UFFD_MSG.fields().getLast().members()) {
            for (FieldSpec field : member.fields()) {
                String golden = GOLDEN.get("uffd_msg.arg." + member.name() + "." + field.name());
                if (!field.name().startsWith("reserved")) {
                    assertThat("offset " + (8 + field.offset()) + " size " + field.size()).isEqualTo(golden);
                }
            }
        }
    }

    @Test
    void everyLineOfTheGoldenFileIsDeclared() {
        Map<String, StructSpec> byName = STRUCTS.stream()
                .collect(Collectors.toMap(StructSpec::name, Function.identity()));
        assertThat(GOLDEN.keySet()).allSatisfy(name -> {
            String[] path = name.split("\\.", 3);
            assertThat(byName).containsKey(path[0]);
            if (path.length == 2) {
                assertThat(byName.get(path[0]).fields()).extracting(FieldSpec::name).contains(path[1]);
            }
        });
    }

    @ParameterizedTest
    @FieldSource("STRUCTS")
    void theLinterPassesAllButTheLegacy(StructSpec struct) {
        assertThat(LayoutLint.check(struct).isEmpty()).as("%s", LayoutLint.check(struct))
                .isEqualTo(struct.legacy().isEmpty());
    }

    @Test
    void commandNumbersAreThoseOnRecord() {
        Map<String, Long> numbers = UserfaultCommands.COMMANDS.stream()
                .collect(Collectors.toMap(IoctlCommand::name, c -> c.number().encode(IoctlAbi.GENERIC)));
        assertThat(numbers).containsOnly(Map.entry("UFFDIO_API", 0xc018aa3fL),
                Map.entry("UFFDIO_REGISTER", 0xc020aa00L), Map.entry("UFFDIO_UNREGISTER", 0x8010aa01L),
                Map.entry("UFFDIO_WAKE", 0x8010aa02L), Map.entry("UFFDIO_COPY", 0xc028aa03L),
                Map.entry("UFFDIO_ZEROPAGE", 0xc020aa04L), Map.entry("UFFDIO_MOVE", 0xc028aa05L),
                Map.entry("UFFDIO_WRITEPROTECT", 0xc018aa06L), Map.entry("UFFDIO_CONTINUE", 0xc020aa07L),
                Map.entry("UFFDIO_POISON", 0xc020aa08L), Map.entry("USERFAULTFD_IOC_NEW", 0xaa00L));
        assertThat(PagemapScan.SCAN.number().encode(IoctlAbi.GENERIC)).isEqualTo(0xc0606610L);
        assertThat(PagemapScan.QUERY.number().encode(IoctlAbi.GENERIC)).isEqualTo(0xc0686611L);
        assertThat(UserfaultCommands.UNREGISTER.number().encode(IoctlAbi.POWERPC)).isEqualTo(0x4010aa01L);
        assertThat(UserfaultCommands.NEW.number().encode(IoctlAbi.POWERPC)).isEqualTo(0x2000aa00L);
    }

    @Test
    void noTwoCommandsOfOneKindOfFileShareANumber() {
        List<IoctlCommand> commands = new java.util.ArrayList<>(UserfaultCommands.COMMANDS);
        commands.add(PagemapScan.SCAN);
        commands.add(PagemapScan.QUERY);
        for (IoctlAbi abi : IoctlAbi.values()) {
            List<String> keys = commands.stream()
                    .flatMap(c -> c.files().stream().map(f -> f + " " + c.number().encode(abi))).toList();
            assertThat(keys).as(abi.name()).doesNotHaveDuplicates();
        }
    }

    @Test
    void everyCommandSizeIsThatOfItsStructure() {
        assertThat(UserfaultCommands.COMMANDS).allSatisfy(command -> {
            if (command.argument() instanceof org.quern.kapi.ioctl.Argument.Pointer pointer) {
                assertThat(command.number().size()).isEqualTo((int) pointer.struct().size());
            }
        });
    }
}
