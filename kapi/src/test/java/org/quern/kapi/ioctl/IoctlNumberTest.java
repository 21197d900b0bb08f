package org.quern.kapi.ioctl;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class IoctlNumberTest {
    /** Name, number, direction, size, type, nr; the generic packing. */
    @ParameterizedTest
    @CsvSource({"UFFDIO_API, c018aa3f, READ_WRITE, 24, aa, 3f", "UFFDIO_REGISTER, c020aa00, READ_WRITE, 32, aa, 00",
            "UFFDIO_UNREGISTER, 8010aa01, READ, 16, aa, 01", "UFFDIO_WAKE, 8010aa02, READ, 16, aa, 02",
            "UFFDIO_COPY, c028aa03, READ_WRITE, 40, aa, 03", "UFFDIO_ZEROPAGE, c020aa04, READ_WRITE, 32, aa, 04",
            "UFFDIO_MOVE, c028aa05, READ_WRITE, 40, aa, 05", "UFFDIO_WRITEPROTECT, c018aa06, READ_WRITE, 24, aa, 06",
            "UFFDIO_CONTINUE, c020aa07, READ_WRITE, 32, aa, 07", "UFFDIO_POISON, c020aa08, READ_WRITE, 32, aa, 08",
            "USERFAULTFD_IOC_NEW, 0000aa00, NONE, 0, aa, 00", "PAGEMAP_SCAN, c0606610, READ_WRITE, 96, 66, 10",
            "PROCMAP_QUERY, c0686611, READ_WRITE, 104, 66, 11", "FS_IOC_GETFLAGS, 80086601, READ, 8, 66, 01",
            "FS_IOC32_GETFLAGS, 80046601, READ, 4, 66, 01", "FICLONE, 40049409, WRITE, 4, 94, 09"})
    void theTableOfValues(String name, String number, Direction direction, int size, String type, String nr) {
        long value = Long.parseLong(number, 16);
        IoctlNumber parts = new IoctlNumber(direction, Integer.parseInt(type, 16), Integer.parseInt(nr, 16), size);
        assertThat(parts.encode(IoctlAbi.GENERIC)).as(name).isEqualTo(value);
        assertThat(IoctlNumber.decode(value, IoctlAbi.GENERIC)).as(name).isEqualTo(parts);
    }

    /** Generic number, powerpc, parisc. */
    @ParameterizedTest
    @CsvSource({"c018aa3f, c018aa3f, c018aa3f", "8010aa01, 4010aa01, 4010aa01", "0000aa00, 2000aa00, 0000aa00",
            "c0606610, c0606610, c0606610", "40049409, 80049409, 80049409", "80086601, 40086601, 40086601"})
    void theSameCommandsElsewhere(String generic, String powerpc, String parisc) {
        IoctlNumber parts = IoctlNumber.decode(Long.parseLong(generic, 16), IoctlAbi.GENERIC);
        assertThat(Long.toHexString(parts.encode(IoctlAbi.POWERPC))).isEqualTo(powerpc.replaceFirst("^0+", ""));
        assertThat(Long.toHexString(parts.encode(IoctlAbi.PARISC))).isEqualTo(parisc.replaceFirst("^0+", ""));
    }

    @Test
    void readWriteCoincidesEverywhere() {
        IoctlNumber both = new IoctlNumber(Direction.READ_WRITE, 0xaa, 3, 40);
        for (IoctlAbi abi : IoctlAbi.values()) {
            assertThat(both.encode(abi)).as(abi.name()).isEqualTo(0xc028aa03L);
        }
    }

    @Test
    void sparcReusesItsNoneBitForTheSize() {
        IoctlNumber wide = new IoctlNumber(Direction.READ, 0x66, 1, 0x2004);
        long number = wide.encode(IoctlAbi.SPARC);
        assertThat(IoctlNumber.decode(number, IoctlAbi.SPARC)).isEqualTo(wide);
        assertThat(number >>> 29).as("READ 2 and the size's top bit").isEqualTo(3);
        assertThat(IoctlNumber.decode(IoctlNumber.io(0xaa, 0).encode(IoctlAbi.SPARC), IoctlAbi.SPARC).size()).isZero();
        assertThat(IoctlNumber.io(0xaa, 0).encode(IoctlAbi.SPARC)).isEqualTo(0x2000aa00L);
    }

    @ParameterizedTest
    @EnumSource(IoctlAbi.class)
    void whatIsEncodedIsDecoded(IoctlAbi abi) {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            Direction direction = Direction.values()[random.nextInt(4)];
            int size = direction == Direction.NONE ? 0 : 1 + random.nextInt(abi.sizeLimit());
            IoctlNumber parts = new IoctlNumber(direction, random.nextInt(256), random.nextInt(256), size);
            long number = parts.encode(abi);
            assertThat(number >>> 32).isZero();
            assertThat(IoctlNumber.decode(number, abi)).as("seed %d, %s", seed, abi).isEqualTo(parts);
        }
    }

    @ParameterizedTest
    @CsvSource({"READ, 256, 0, 4, type=256", "READ, -1, 0, 4, type=-1", "READ, 0, 256, 4, nr=256",
            "READ, 0, 0, 16384, size=16384", "READ, 0, 0, 0, size=0", "NONE, 0, 0, 4, size=4"})
    void partsOutOfRangeAreRefused(Direction direction, int type, int nr, int size, String named) {
        assertThatIllegalArgumentException().isThrownBy(() -> new IoctlNumber(direction, type, nr, size))
                .withMessageStartingWith(named);
    }

    @Test
    void sizesThatOnlySomeNumbersCarry() {
        IoctlNumber wide = new IoctlNumber(Direction.READ, 1, 1, 8192);
        assertThat(wide.isPortable()).isFalse();
        assertThat(new IoctlNumber(Direction.READ, 1, 1, 8191).isPortable()).isTrue();
        assertThat(wide.encode(IoctlAbi.GENERIC)).isEqualTo(0xa0000101L);
        assertThatIllegalArgumentException().isThrownBy(() -> wide.encode(IoctlAbi.POWERPC))
                .withMessageContaining("size=8192: must be in 0..8191");
    }

    @Test
    void theSizeComesFromATypeOfFixedWidthOnly() {
        StructSpec longs = StructSpec.struct("s").field("l", FieldType.LONG, org.quern.kapi.struct.Transfer.IN, "")
                .legacy("a long");
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.iow(1, 1, longs))
                .withMessageContaining("differs between ABIs");
        for (FieldType type : new FieldType[]{FieldType.LONG, FieldType.POINTER, FieldType.STRUCT, FieldType.TEXT}) {
            assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.ior(1, 1, type))
                    .withMessageContaining("scalar=" + type);
        }
        assertThat(IoctlNumber.iow(0x94, 9, FieldType.S32).encode(IoctlAbi.GENERIC)).as("FICLONE")
                .isEqualTo(0x40049409L);
    }

    @Test
    void numbersThatNoBuilderMakesAreNotTakenApart() {
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.decode(1L << 32, IoctlAbi.GENERIC));
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.decode(0x5401, IoctlAbi.POWERPC))
                .withMessageContaining("0x5401");
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.decode(0x00045401, IoctlAbi.GENERIC))
                .withMessageContaining("size=4");
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlNumber.decode(0x80005401L, IoctlAbi.GENERIC))
                .withMessageContaining("size=0");
    }

    @Test
    void architecturesAreFoundByName() {
        assertThat(IoctlAbi.of("amd64")).contains(IoctlAbi.GENERIC);
        assertThat(IoctlAbi.of("ppc64le")).contains(IoctlAbi.POWERPC);
        assertThat(IoctlAbi.of("sparcv9")).contains(IoctlAbi.SPARC);
        assertThat(IoctlAbi.of("vax")).isEmpty();
    }
}
