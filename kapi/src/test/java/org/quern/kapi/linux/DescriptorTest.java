package org.quern.kapi.linux;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.quern.kapi.Errno;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DescriptorTest {
    private static int memfd() {
        return Memfd.create("descriptor", Memfd.MFD_CLOEXEC);
    }

    private static boolean isOpen(int fd) {
        return Memfd.tryTruncate(fd, 0) != -Errno.EBADF.number();
    }

    @Test
    void closedOnceAndNotUsedAfterwards() {
        // snippet: descriptor
        Descriptor file = Descriptor.owning(Memfd.create("example", Memfd.MFD_CLOEXEC));
        file.use(fd -> Memfd.tryTruncate(fd, 4096));
        file.close();
        assertThatThrownBy(() -> file.use(fd -> Memfd.tryTruncate(fd, 0))).isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith(": closed");
        // end: descriptor
        file.close();
        assertThat(file.isClosed()).isTrue();
        assertThat(file.toString()).endsWith("(closed)");
    }

    @Test
    void theLastCallClosesTheFile() throws Exception {
        int fd = memfd();
        Descriptor file = Descriptor.owning(fd);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Thread user = Thread.ofPlatform().start(() -> file.use(n -> {
            inside.countDown();
            try {
                assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return isOpen(n) ? 0 : 1;
        }));
        inside.await();
        file.close();
        assertThat(isOpen(fd)).as("a call still has it").isTrue();
        closed.countDown();
        user.join();
        assertThat(isOpen(fd)).isFalse();
    }

    @Test
    void aCallThatThrowsLetsGo() {
        int fd = memfd();
        Descriptor file = Descriptor.owning(fd);
        assertThatThrownBy(() -> file.use(n -> {
            throw new IllegalArgumentException("within");
        })).hasMessage("within");
        file.close();
        assertThat(isOpen(fd)).isFalse();
    }

    @Test
    void everyCallSeesAnOpenFileOrIsRefused() throws Exception {
        for (int round = 0; round < 300; round++) {
            Descriptor file = Descriptor.owning(memfd());
            AtomicInteger wrong = new AtomicInteger();
            Thread[] users = new Thread[3];
            for (int i = 0; i < users.length; i++) {
                users[i] = Thread.ofPlatform().start(() -> {
                    try {
                        while (true) {
                            if (file.use(fd -> isOpen(fd) ? 0 : 1) != 0) {
                                wrong.incrementAndGet();
                            }
                        }
                    } catch (IllegalStateException expected) {
                        return;
                    }
                });
            }
            file.close();
            for (Thread user : users) {
                user.join();
            }
            assertThat(wrong).hasValue(0);
        }
    }

    @Test
    void onlyDescriptorsAreOwned() {
        assertThatIllegalArgumentException().isThrownBy(() -> Descriptor.owning(-9)).withMessageContaining("fd=-9");
    }
}
