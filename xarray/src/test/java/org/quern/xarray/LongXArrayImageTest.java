package org.quern.xarray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.kapi.linux.Memfd;
import org.quern.xarray.ArrayImageException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Images: written, read where they lie, in this process and another, and refused when they are not what was written. */
class LongXArrayImageTest {
    private static final int HEADER = 4096;
    private static final int NODE = 576;
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());

    @TempDir
    Path directory;

    private final LongXArray array = LongXArray.create(XArrayConfig.defaults().withMaxNodeBytes(64 << 20));
    private final Random random = new Random(SEED);

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    private void fill(int entries) {
        for (int i = 0; i < entries; i++) {
            long index = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(200);
                case 1 -> random.nextInt(100_000);
                case 2 -> random.nextLong();
                default -> -1L - random.nextInt(500);
            };
            array.store(index, random.nextInt(8) == 0 ? random.nextInt(64) : 0, random.nextLong() >>> 1);
            array.mark(index, Mark.values()[random.nextInt(3)]);
            if (random.nextInt(10) == 0) {
                array.reserve(random.nextLong());
            }
            if (random.nextInt(5) == 0) {
                array.erase(random.nextInt(200));
            }
        }
    }

    private Path saved() throws IOException {
        Path file = directory.resolve("array.image");
        LongXArrayImage.save(array, file);
        return file;
    }

    /** Everything that can be read, from both. */
    private void requireSame(LongXArrayImage image) {
        List<String> mine = new ArrayList<>();
        List<String> its = new ArrayList<>();
        for (boolean down : new boolean[]{false, true}) {
            LongEntries here = down ? array.entries().descending() : array.entries();
            LongEntries there = down ? image.entries().descending() : image.entries();
            here.forEach((index, value) -> mine.add(index + "=" + value));
            there.forEach((index, value) -> its.add(index + "=" + value));
            for (Mark mark : Mark.values()) {
                here.marked(mark).forEach((index, value) -> mine.add(mark + " " + index + "=" + value));
                there.marked(mark).forEach((index, value) -> its.add(mark + " " + index + "=" + value));
            }
        }
        assertThat(its).as("seed %d", SEED).isEqualTo(mine);
        LongProbe one = new LongProbe();
        LongProbe other = new LongProbe();
        LongReadCursor cursor = image.cursor(0);
        array.forEach((index, value) -> {
            assertThat(cursor.next(-1L)).isTrue();
        });
        for (int i = 0; i < 2000; i++) {
            long index = i % 2 == 0 ? random.nextLong() : random.nextInt(5000);
            assertThat(image.load(index)).isEqualTo(array.load(index));
            assertThat(image.orderAt(index)).isEqualTo(array.orderAt(index));
            assertThat(image.isReserved(index)).isEqualTo(array.isReserved(index));
            assertThat(image.isMarked(index, Mark.M2)).isEqualTo(array.isMarked(index, Mark.M2));
            assertThat(image.find(index, -1L, other)).isEqualTo(array.find(index, -1L, one));
            assertThat(other.index()).isEqualTo(one.index());
            assertThat(image.find(index, -1L, Mark.M1, other)).isEqualTo(array.find(index, -1L, Mark.M1, one));
            assertThat(other.index()).isEqualTo(one.index());
            assertThat(image.findLast(index, 0, other)).isEqualTo(array.findLast(index, 0, one));
            assertThat(other.value()).isEqualTo(one.value());
        }
        try (LongXArray copy = LongXArray.create()) {
            LongXArray reference = LongXArray.create();
            image.storeTo(copy);
            array.snapshot().storeTo(reference);
            assertThat(copy.dump()).isEqualTo(reference.dump());
            reference.close();
        }
    }

    @Test
    void readsAsTheArrayItWasTakenFrom() throws IOException { // X27
        for (int entries : new int[]{0, 1, 50, 3000, 30_000}) {
            array.clear();
            fill(entries);
            try (LongXArrayImage file = LongXArrayImage.open(saved());
                    LongXArrayImage memory = LongXArrayImage.of(array, "test")) {
                requireSame(file);
                requireSame(memory);
                assertThat(file.bytes()).isEqualTo(memory.bytes());
            }
        }
    }

    @Test
    void cornersOfTheHead() throws IOException {
        Runnable[] shapes = {() -> array.store(0, 7), () -> array.mark(0, Mark.M1), () -> array.store(-1L, 8),
                () -> array.erase(0), () -> array.store(0, 63, 9), array::clear, () -> array.reserve(0),
                () -> array.store(5, 0)};
        for (Runnable shape : shapes) {
            shape.run();
            try (LongXArrayImage image = LongXArrayImage.open(saved())) {
                requireSame(image);
            }
        }
    }

    @Test
    void anImageOfIdsHasNoMarkZero() throws IOException {
        try (LongXArray ids = LongXArray.create(XArrayConfig.defaults().allocating(Allocation.FROM_ONE))) {
            for (int i = 0; i < 5000; i++) {
                ids.allocate(i, Limit.U31);
            }
            ids.mark(17, Mark.M1);
            try (LongXArrayImage image = LongXArrayImage.of(ids, "ids")) {
                assertThat(image.load(4711)).isEqualTo(4710);
                assertThat(image.isMarked(17, Mark.M1)).isTrue();
                assertThatThrownBy(() -> image.isMarked(17, Mark.M0)).isInstanceOf(UnsupportedOperationException.class);
                image.storeTo(array);
                assertThat(array.count(0, -1L)).isEqualTo(5000);
            }
        }
    }

    @Test
    void changesOfTheArrayAndOfTheFileDoNotShow() throws IOException {
        fill(2000);
        Path file = saved();
        try (LongXArrayImage image = LongXArrayImage.open(file);
                LongXArrayImage memory = LongXArrayImage.of(array, "test")) {
            String before = ImageReader.summary(image.entries());
            assertThat(ImageReader.summary(memory.entries())).isEqualTo(before);
            array.clear();
            array.store(3, 3);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1 << 16), 4096);
                channel.truncate(5000);
            }
            Files.delete(file);
            assertThat(ImageReader.summary(image.entries())).isEqualTo(before);
            assertThat(ImageReader.summary(memory.entries())).isEqualTo(before);
        }
    }

    @Test
    void aClosedImageRefusesAndLeavesNothingBehind() throws IOException {
        fill(100);
        LongXArrayImage image = LongXArrayImage.of(array, "test");
        image.close();
        image.close();
        assertThat(image.path()).isEmpty();
        assertThatThrownBy(() -> image.load(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> image.entries().count()).isInstanceOf(IllegalStateException.class);
        array.close();
        assertThatThrownBy(this::saved).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> LongXArrayImage.of(array, "test")).isInstanceOf(IllegalStateException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileIsThereAsAWholeOrNotAtAll() throws IOException {
        fill(100);
        Path file = saved();
        byte[] first = Files.readAllBytes(file);
        assertThatThrownBy(() -> LongXArrayImage.save(array, directory.resolve("none/array.image")))
                .isInstanceOf(IOException.class);
        Path occupied = Files.createDirectories(directory.resolve("occupied/by"));
        assertThatThrownBy(() -> LongXArrayImage.save(array, occupied.getParent())).isInstanceOf(IOException.class);
        assertThat(array.tree().lock().isHeldByCaller()).isFalse();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(file, occupied.getParent());
        }
        array.store(1L << 40, 1);
        assertThat(Files.readAllBytes(saved())).isNotEqualTo(first);
    }

    @Test
    void damageIsRefusedByName() throws IOException {
        fill(300);
        Path file = saved();
        byte[] sound = Files.readAllBytes(file);
        int content;
        try (LongXArrayImage image = LongXArrayImage.open(file)) {
            content = (int) image.bytes();
        }
        Set<Reason> met = EnumSet.noneOf(Reason.class);
        for (int i = 0; i < 700; i++) {
            int at = i < 200 ? i * 16 : random.nextInt(content * 8);
            byte[] damaged = sound.clone();
            damaged[at >>> 3] ^= (byte) (1 << (at & 7));
            Files.write(file, damaged);
            met.add(reason(file, "bit " + at + " seed " + SEED));
        }
        assertThat(met).contains(Reason.FOREIGN, Reason.NEWER, Reason.CORRUPT);
        for (int length : new int[]{0, 7, 8, 4095, 4096, content - 1, content, sound.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(sound, length));
            assertThat(reason(file, "length " + length)).isEqualTo(length < 8 ? Reason.FOREIGN : Reason.TRUNCATED);
        }
        Files.writeString(file, "Not an image, but long enough to have been one.".repeat(1000));
        assertThat(reason(file, "text")).isEqualTo(Reason.FOREIGN);
        ByteBuffer other = ByteBuffer.wrap(sound.clone());
        long magic = other.order(ByteOrder.nativeOrder()).getLong(0);
        other.putLong(0, Long.reverseBytes(magic));
        Files.write(file, other.array());
        assertThatThrownBy(() -> LongXArrayImage.open(file)).hasMessageContaining("other byte order");
        assertThatThrownBy(() -> LongXArrayImage.open(directory)).isInstanceOf(ArrayImageException.class);
        assertThatThrownBy(() -> LongXArrayImage.open(directory.resolve("none")))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
        Files.write(file, sound);
        LongXArrayImage.open(file).close();
    }

    private static Reason reason(Path file, String what) throws IOException {
        try (LongXArrayImage image = LongXArrayImage.open(file)) {
            throw new AssertionError(what + ": " + image + " was opened");
        } catch (ArrayImageException e) {
            assertThat(e).hasMessageContaining(file.toString());
            return e.reason();
        }
    }

    @Test
    void whatHasTheRightChecksumsAndIsNoTreeIsRefusedOrHarmless() throws IOException {
        fill(200);
        array.store(70, 3, 5);
        Path file = saved();
        byte[] sound = Files.readAllBytes(file);
        int nodes = (int) array.stats().nodes();
        int refused = 0;
        for (int i = 0; i < 900; i++) {
            ByteBuffer forged = ByteBuffer.wrap(sound.clone()).order(ByteOrder.nativeOrder());
            int words = nodes * NODE / 8;
            int at = HEADER + 8 * random.nextInt(words);
            switch (i % 3) {
                case 0 -> forged.putLong(at, forged.getLong(at) ^ 1L << random.nextInt(64));
                case 1 -> forged.putLong(at, forged.getLong(HEADER + 8 * random.nextInt(words)));
                default -> forged.putLong(at, HEADER + (long) NODE * random.nextInt(nodes + 2) | 2);
            }
            sign(forged, nodes);
            Files.write(file, forged.array());
            try (LongXArrayImage image = LongXArrayImage.open(file)) {
                ImageReader.summary(image.entries());
                ImageReader.summary(image.entries().descending());
                ImageReader.summary(image.entries().marked(Mark.M1));
                image.load(random.nextLong());
            } catch (ArrayImageException e) {
                assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
                refused++;
            }
        }
        assertThat(refused).as("seed %d", SEED).isGreaterThan(300);
    }

    /** Gives a forged image of less than a chunk the checksums it ought to have. */
    private static void sign(ByteBuffer image, int nodes) {
        assertThat(nodes).isLessThan(1820);
        int table = HEADER + nodes * NODE;
        image.putInt(table, crc(image, HEADER, nodes * NODE));
        image.putInt(28, crc(image, table, 4));
        image.putInt(4092, crc(image, 0, 4092));
    }

    private static int crc(ByteBuffer image, int from, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(image.slice(from, bytes));
        return (int) crc.getValue();
    }

    @Test
    void anotherProcessReadsTheSameMemoryAndTheFile() throws Exception {
        fill(5000);
        String expected = ImageReader.summary(array.entries()) + " "
                + ImageReader.summary(array.entries().marked(Mark.M1));
        assertThat(otherProcess(saved())).isEqualTo(expected);
        try (LongXArrayImage image = LongXArrayImage.of(array, "shared")) {
            assumeTrue(Memfd.availability().isPresent(), "memory is not shared here");
            Path path = image.path().orElseThrow();
            assertThat(otherProcess(path)).isEqualTo(expected);
            assertThatThrownBy(() -> {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.allocate(8), 4096);
                }
            }).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.truncate(100);
                }
            }).isInstanceOf(IOException.class);
            try (LongXArrayImage again = LongXArrayImage.open(path)) {
                gone(image);
                requireSame(again);
            }
        }
    }

    /** Its process gives it up. */
    private static void gone(AutoCloseable image) throws Exception {
        image.close();
    }

    private static String otherProcess(Path image) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx128m", "-cp",
                String.join(":", placeOf(LongXArrayImage.class), placeOf(ImageReader.class), placeOf(Memfd.class),
                        placeOf(org.quern.vmap.BlockPool.class)),
                ImageReader.class.getName(), image.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (java.net.URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Test
    void readersGoOnWhileImagesAreTakenAndEachIsOneMoment() throws Exception {
        Thread writer = Thread.ofPlatform().start(() -> {
            for (long i = 1; i < 3000; i++) { // the sum of both is 0 or 1 at each moment that a lock can see
                try (WriteScope both = array.lock()) {
                    assertThat(both).isNotNull();
                    array.store(5, i);
                    array.store(1 << 20, i);
                }
            }
        });
        int taken = 0;
        while (writer.isAlive() || taken == 0) {
            try (LongXArrayImage image = LongXArrayImage.of(array, "moment")) {
                assertThat(image.load(5)).isEqualTo(image.load(1 << 20));
                taken++;
            }
        }
        writer.join();
    }
}
