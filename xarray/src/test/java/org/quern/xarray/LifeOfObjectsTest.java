package org.quern.xarray;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What readers may rely on about objects that come and go: they carry their id when they are first seen, and a second look tells whether they have gone. */
class LifeOfObjectsTest {
    private static final int ROUNDS = Boolean.getBoolean("quern.long") ? 4_000_000 : 200_000;

    private final XArray<Page> pages = XArray.create(
            XArrayConfig.defaults().withMaxNodeBytes(1 << 20).allocating(Allocation.FROM_ZERO));
    private final AtomicReference<String> wrong = new AtomicReference<>();

    /** Its id is set before it can be found; references are counted; 0 means that it is dead. */
    private static final class Page {
        private final AtomicInteger references = new AtomicInteger(1);
        private long id = -1;

        boolean acquire() {
            for (int count = references.get(); count > 0; count = references.get()) {
                if (references.compareAndSet(count, count + 1)) {
                    return true;
                }
            }
            return false;
        }

        void release() {
            references.decrementAndGet();
        }
    }

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(pages.tree());
        pages.close();
    }

    private void run(Runnable writer, Runnable reader) throws InterruptedException {
        Thread writing = Thread.ofPlatform().start(writer);
        Thread reading = Thread.ofPlatform().start(() -> {
            while (writing.isAlive() && wrong.get() == null) {
                reader.run();
            }
        });
        writing.join();
        reading.join();
        assertThat(wrong).hasNullValue();
    }

    @Test
    void anObjectIsNeverSeenWithoutItsId() throws InterruptedException { // H05
        AtomicLong seen = new AtomicLong();
        run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                long id = pages.allocate(next -> {
                    Page page = new Page();
                    page.id = next;
                    return page;
                }, Limit.U31);
                if (i % 3 != 0) {
                    pages.erase(id - i % 2);
                }
                if (i % 1000 == 999) {
                    pages.clear();
                }
            }
        }, () -> pages.forEach(0, 200, (index, page) -> {
            seen.incrementAndGet();
            if (page.id != index) {
                wrong.set("index " + index + " shows the page of id " + page.id);
            }
        }));
        assertThat(seen).hasPositiveValue();
    }

    @Test
    void aSecondLookTellsThatAnObjectHasGone() throws InterruptedException { // I15, R13
        AtomicLong same = new AtomicLong();
        AtomicLong changed = new AtomicLong();
        for (int attempt = 0; attempt < 20 && changed.get() == 0; attempt++) {
            lookTwice(same, changed);
        }
        assertThat(same).hasPositiveValue();
        assertThat(changed).as("the race happens").hasPositiveValue();
    }

    private void lookTwice(AtomicLong same, AtomicLong changed) throws InterruptedException {
        ThreadLocal<ReadCursor<Page>> cursors = ThreadLocal.withInitial(() -> pages.cursor(0));
        run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                long index = i % 5 == 0 ? 0 : 64 + i % 3;
                Page old = pages.store(index, new Page());
                if (i % 7 == 0) {
                    Page erased = pages.erase(index);
                    erased.release();
                }
                if (old != null) {
                    old.release();
                }
            }
        }, () -> {
            for (long index : new long[]{0, 64, 65}) {
                ReadCursor<Page> cursor = cursors.get();
                cursor.moveTo(index);
                Page page = cursor.load() ? cursor.value() : null;
                if (page == null) {
                    continue;
                }
                boolean dead = page.references.get() == 0; // so it was taken out of the array before
                boolean unchanged = cursor.unchanged();
                (unchanged ? same : changed).incrementAndGet();
                if (dead && unchanged) {
                    wrong.set("index " + index + ": a page that has gone is still there");
                }
                if (page.acquire()) {
                    page.release();
                }
            }
        });
    }
}
