package org.quern.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.quern.xarray.ArrayImageException;
import org.quern.xarray.LongProbe;
import org.quern.xarray.LongXArray;
import org.quern.xarray.LongXArrayImage;
import org.quern.xarray.Mark;
import org.quern.xarray.XArray;

/**
 * A table of a million block numbers, read by another process: once out of a file, once out of the same memory. And what happens when the file is damaged; and objects with
 * a tag.
 */
public final class SharedImage {
    private static final int BLOCKS = 1_000_000;

    private SharedImage() {}

    /**
     * Runs the example; with a path it is the second process.
     *
     * @param args none
     * @throws IOException if a file cannot be written, or the second process not started
     * @throws InterruptedException if interrupted while waiting for it
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 1) {
            second(Path.of(args[0]));
        } else {
            first();
            tags();
        }
    }

    private static void first() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("image");
        Path file = directory.resolve("blocks.image");
        try (LongXArray blocks = LongXArray.create()) {
            for (int i = 0; i < BLOCKS; i++) {
                blocks.store(i, 4096L * i);
            }
            blocks.store(1L << 40, 9, 17); // 512 indices far away: one entry
            blocks.mark(4711, Mark.M0);
            // snippet: image-save
            LongXArrayImage.save(blocks, file); // forced to the disk, then renamed: as a whole or not at all
            // end: image-save
            System.out.print(said(AnotherProcess.start(SharedImage.class, file)));
            // snippet: image-share
            try (LongXArrayImage image = LongXArrayImage.of(blocks, "blocks")) { // in memory that nobody can write any more
                blocks.clear(); // the image keeps what was there
                System.out.println("image: " + image.bytes() / 1024 + " KiB, block 5 at " + image.load(5));
                System.out.print(said(AnotherProcess.start(SharedImage.class, image.path().orElse(file)))); // the same memory, not a copy
            }
            // end: image-share
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[50_000] ^= 4;
        Files.write(file, bytes);
        // snippet: image-damage
        try (LongXArrayImage image = LongXArrayImage.open(file)) {
            System.out.println("not met: " + image);
        } catch (ArrayImageException e) {
            System.out.println(e.reason() + ": " + e.getMessage());
        }
        // end: image-damage
        Files.delete(file);
        Files.delete(directory);
    }

    private static void second(Path path) throws IOException {
        // snippet: image-open
        try (LongXArrayImage image = LongXArrayImage.open(path)) {
            LongProbe probe = new LongProbe();
            boolean dirty = image.find(0, -1L, Mark.M0, probe);
            System.out.println("second process: " + image.entries().count() + " entries, block 999999 at "
                    + image.load(999_999) + ", dirty: " + (dirty ? probe.index() : "none")
                    + ", order there " + image.orderAt((1L << 40) + 300));
        }
        // end: image-open
    }

    private static void tags() {
        // snippet: tags
        final int inMemory = 1;
        final int onDisk = 2;
        try (XArray<String> cache = XArray.create()) {
            cache.tagged().store(7, "page 7", inMemory);
            cache.mark(7, Mark.M0);
            boolean moved = cache.tagged().compareAndSet(7, "page 7", inMemory, "slot 3 of the swap file", onDisk);
            cache.tagged().forEach((index, value, tag) -> System.out
                    .println(index + ": " + value + ", tag " + tag + ", moved " + moved));
            System.out.println("the mark stays: " + cache.isMarked(7, Mark.M0) + "; without tag: " + cache.load(7));
        }
        // end: tags
    }

    private static String said(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}
