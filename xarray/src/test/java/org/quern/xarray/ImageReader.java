package org.quern.xarray;

import java.nio.file.Path;

/** Another process: opens the image it is told of and prints what it finds. */
public final class ImageReader {
    private ImageReader() {}

    /** The path of an image. */
    public static void main(String[] arguments) throws Exception {
        try (LongXArrayImage image = LongXArrayImage.open(Path.of(arguments[0]))) {
            System.out.println(summary(image.entries()) + " " + summary(image.entries().marked(Mark.M1)));
        }
    }

    /** The number of entries, and a sum that changes with each. */
    static String summary(LongEntries entries) {
        long[] sum = new long[2];
        entries.forEach((index, value) -> {
            sum[0]++;
            sum[1] = sum[1] * 31 + Long.hashCode(index) + value;
        });
        return sum[0] + ":" + sum[1];
    }
}
