package org.quern.xarray;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Changing one entry by a function or a sum, as one step; pinning; and copies that can be serialised. */
class AtomicUpdateTest {
    private final XArray<String> objects = XArray.create(XArrayConfig.defaults().withMaxNodeBytes(16 << 20));
    private final LongXArray longs = LongXArray.create(XArrayConfig.defaults().withMaxNodeBytes(16 << 20));

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(objects.tree());
        TreeChecker.check(longs.tree());
        objects.close();
        longs.close();
    }

    @Test
    void computeMatrix() { // X14
        assertThat(objects.compute(9, (index, old) -> old == null ? "new" + index : "wrong")).isEqualTo("new9");
        objects.mark(9, Mark.M0);
        assertThat(objects.compute(9, (index, old) -> old + "+")).isEqualTo("new9+");
        assertThat(objects.isMarked(9, Mark.M0)).isTrue();
        assertThat(objects.computeIfAbsent(9, index -> "other")).isEqualTo("new9+");
        assertThat(objects.computeIfAbsent(10, index -> "ten")).isEqualTo("ten");
        assertThat(objects.computeIfAbsent(11, index -> null)).isNull();
        assertThat(objects.computeIfPresent(11, (index, old) -> "wrong")).isNull();
        assertThat(objects.computeIfPresent(10, (index, old) -> null)).isNull();
        assertThat(objects.merge(10, "a", String::concat)).isEqualTo("a");
        assertThat(objects.merge(10, "b", String::concat)).isEqualTo("ab");
        assertThat(objects.merge(10, "b", (a, b) -> null)).isNull();
        assertThat(objects.load(10)).isNull();
        objects.reserve(12);
        assertThat(objects.computeIfAbsent(12, index -> "kept")).isEqualTo("kept");
        assertThatThrownBy(() -> objects.compute(9, (index, old) -> {
            throw new IllegalArgumentException("mine");
        })).hasMessage("mine");
        assertThat(objects.load(9)).isEqualTo("new9+");
        assertThatThrownBy(() -> objects.compute(9, null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aFunctionThatOvertakesItselfIsRefusedAndLeavesTheLockFree() {
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> objects.compute(1, (index, old) -> {
            objects.store(1, "mine " + calls.incrementAndGet());
            return "yours";
        })).isInstanceOf(IllegalStateException.class).hasMessageContaining("index=1");
        assertThat(objects.tree().lock().isHeldByCaller()).isFalse();
    }

    @Test
    void noIncrementIsLost() throws InterruptedException {
        XArray<Integer> counters = XArray.create();
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    counters.merge(i & 1, 1, Integer::sum);
                    longs.getAndAdd(i & 1, 3);
                    longs.accumulate(7, i, Math::max);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counters.load(0) + counters.load(1)).isEqualTo(4 * each);
        assertThat(longs.load(0) + longs.load(1)).isEqualTo(12L * each);
        assertThat(longs.load(7)).isEqualTo(each - 1);
        counters.close();
    }

    @Test
    void arithmeticMatrix() { // X26
        assertThat(longs.getAndAdd(5, 7)).isEqualTo(LongXArray.ABSENT);
        longs.mark(5, Mark.M1);
        assertThat(longs.getAndAdd(5, -3)).isEqualTo(7);
        assertThat(longs.load(5)).isEqualTo(4);
        assertThat(longs.isMarked(5, Mark.M1)).isTrue();
        assertThatThrownBy(() -> longs.getAndAdd(5, -5)).isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("index=5").hasMessageContaining("delta=-5");
        assertThatThrownBy(() -> longs.getAndAdd(5, Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> longs.getAndAdd(6, -1)).isInstanceOf(ArithmeticException.class);
        assertThat(longs.load(5)).isEqualTo(4);
        assertThat(longs.load(6)).isEqualTo(LongXArray.ABSENT);
        assertThat(longs.accumulate(6, 3, (old, operand) -> old * operand)).isEqualTo(3);
        assertThat(longs.accumulate(6, 3, (old, operand) -> old * operand)).isEqualTo(9);
        assertThatThrownBy(() -> longs.accumulate(6, 3, (old, operand) -> -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> longs.accumulate(6, 3, (old, operand) -> longs.store(6, 1)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(longs.setIfGreater(5, 4)).isFalse();
        assertThat(longs.setIfGreater(5, 5)).isTrue();
        assertThat(longs.setIfGreater(8, 0)).isTrue();
        assertThat(longs.load(8)).isZero();
    }

    @Test
    void nobodyErasesAnEntryThatIsPinned() throws InterruptedException { // X13
        longs.store(3, 33);
        objects.store(3, "x");
        Thread[] erasing = new Thread[1];
        String seen = longs.withEntry(3, value -> {
            erasing[0] = Thread.ofPlatform().start(() -> longs.erase(3));
            for (int i = 0; i < 100; i++) {
                assertThat(longs.load(3)).isEqualTo(33);
                Thread.onSpinWait();
            }
            return "claimed " + value;
        });
        erasing[0].join();
        assertThat(seen).isEqualTo("claimed 33");
        assertThat(longs.load(3)).isEqualTo(LongXArray.ABSENT);
        assertThat(longs.<String>withEntry(3, value -> "wrong")).isNull();
        assertThat(objects.<Integer>withEntry(3, String::length)).isEqualTo(1);
        assertThat(objects.<Integer>withEntry(4, String::length)).isNull();
    }

    @Test
    void snapshotsAreSerialisable() throws Exception { // L03
        longs.store(0, 1);
        longs.store(-1L, 2);
        longs.store(128, 7, 3);
        longs.reserve(5);
        longs.mark(128, Mark.M2);
        objects.store(17, "seventeen");
        objects.mark(17, Mark.M1);
        objects.tagged().store(18, "eighteen", 3);
        LongSnapshot copy = roundTrip(longs.snapshot());
        assertThat(copy.size()).isEqualTo(3);
        assertThat(copy.index(1)).isEqualTo(128);
        assertThat(copy.order(1)).isEqualTo(7);
        assertThat(copy.isMarked(1, Mark.M2)).isTrue();
        assertThat(copy.isMarked(2, Mark.M2)).isFalse();
        longs.release(5);
        String before = longs.dump();
        longs.clear();
        copy.storeTo(longs);
        assertThat(longs.dump()).isEqualTo(before);
        Snapshot<String> text = roundTrip(objects.snapshot());
        before = objects.dump();
        objects.clear();
        text.storeTo(objects);
        assertThat(objects.dump()).isEqualTo(before);
        assertThat(objects.load(17)).isEqualTo("seventeen");
        assertThat(objects.tagged().tagAt(18)).isEqualTo(text.tag(1)).isEqualTo(3);
        longs.clear();
        assertThat(roundTrip(longs.snapshot()).size()).isZero();
    }

    @Test
    void damagedSnapshotsAreRefused() throws Exception {
        longs.store(0x1234_5678, 2, 0x7a7a_7a7aL);
        byte[] bytes = bytes(longs.snapshot());
        int refused = 0;
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) 0x80;
            try {
                LongSnapshot read = (LongSnapshot) read(damaged);
                assertThat(read.value(0)).isNotNegative();
                assertThat(read.order(0)).isBetween(0, 63);
            } catch (InvalidObjectException e) {
                refused++;
            } catch (IOException | ClassNotFoundException | RuntimeException e) {
                assertThat(e).isNotNull(); // the stream itself is broken
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(3); // version, order, marks, the sign of the value
    }

    @SuppressWarnings("unchecked")
    private static <T> T roundTrip(T object) throws Exception {
        return (T) read(bytes(object));
    }

    private static byte[] bytes(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static Object read(byte... bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
