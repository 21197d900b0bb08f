package org.quern.kapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.kapi.linux.Unistd;

import static org.assertj.core.api.Assertions.assertThat;

class PageTest {
    @TempDir
    Path folder;

    @Test
    void isWhatTheCLibrarySays() {
        assertThat(Page.SIZE).isEqualTo(Unistd.pageSize());
    }

    @Test
    void isReadFromTheAuxiliaryVector() throws IOException {
        assertThat(Page.size(vector(33, 1, 6, 65536, 0, 0))).isEqualTo(65536);
    }

    @Test
    void isTheSmallestWhereNobodySays() throws IOException {
        assertThat(Page.size(folder.resolve("absent"))).isEqualTo(4096);
        assertThat(Page.size(vector(6, 4095, 0, 0))).as("no power of two").isEqualTo(4096);
        assertThat(Page.size(vector(6))).as("cut off").isEqualTo(4096);
    }

    private Path vector(long... words) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long word : words) {
            bytes.putLong(word);
        }
        return Files.write(folder.resolve("auxv"), bytes.array());
    }
}
