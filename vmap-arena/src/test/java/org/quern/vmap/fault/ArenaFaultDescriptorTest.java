package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quern.kapi.linux.Userfault.REGISTER_MISSING;
import static org.quern.kapi.linux.Userfault.REGISTER_WP;

class ArenaFaultDescriptorTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private final Arena scope = Arena.ofConfined();
    private Reservation reservation;
    private ArenaFaultDescriptor faults;

    @BeforeEach
    void open() throws Exception {
        FaultSupport support = FaultSupport.probe();
        assumeTrue(support.availability().isPresent(), support.availability()::reason);
        reservation = Reservation.open(Backing.LINUX, "test", 64 * PAGE, 64 * PAGE);
        faults = ArenaFaultDescriptor.tryOpen(reservation, support);
        assumeTrue(faults != null, "no SIGBUS mode");
    }

    @AfterEach
    void close() {
        if (faults != null) {
            faults.close();
        }
        scope.close();
    }

    private MemorySegment content(int pages) {
        MemorySegment content = scope.allocate(pages * PAGE, PAGE);
        for (int i = 0; i < pages; i++) {
            content.asSlice(i * PAGE, PAGE).fill((byte) (i + 1));
        }
        return content;
    }

    private byte first(long page) {
        return reservation.segment(scope).get(ValueLayout.JAVA_BYTE, page * PAGE);
    }

    @Test
    void fillsMissingPagesAndSaysWhatIsThereAlready() throws Exception {
        faults.register(0, 8 * PAGE, REGISTER_MISSING);
        assertThat(faults.copy(2 * PAGE, content(1).address(), PAGE, false).isComplete()).isTrue();
        Progress stopped = faults.copy(0, content(4).address(), 4 * PAGE, false);
        assertThat(stopped.done()).isEqualTo(2 * PAGE);
        assertThat(stopped.stoppedBy()).contains(Errno.EEXIST);
        assertThat(first(0)).isEqualTo((byte) 1);
        assertThat(first(1)).isEqualTo((byte) 2);
        assertThat(first(2)).isEqualTo((byte) 1);
    }

    @Test
    void aRunMayCrossWhatOthersRegistered() throws Exception {
        assumeTrue(faults.tracksWrites(), "no WP_ASYNC");
        faults.register(0, 8 * PAGE, REGISTER_MISSING);
        faults.register(3 * PAGE, 2 * PAGE, REGISTER_WP);
        assertThat(faults.modes(2 * PAGE)).isEqualTo(REGISTER_MISSING);
        assertThat(faults.modes(4 * PAGE)).isEqualTo(REGISTER_MISSING | REGISTER_WP);
        assertThat(faults.copy(0, content(8).address(), 8 * PAGE, true).isComplete()).isTrue();
        for (int page = 0; page < 8; page++) {
            assertThat(first(page)).isEqualTo((byte) (page + 1));
        }
        faults.unregister(0, 8 * PAGE, REGISTER_MISSING);
        assertThat(faults.modes(4 * PAGE)).as("the other's stays").isEqualTo(REGISTER_WP);
    }

    @Test
    void cutsIntoTheMappingAreCountedAndGivenBack() throws Exception {
        int before = MappingBudget.PROCESS.used();
        faults.register(4 * PAGE, 4 * PAGE, REGISTER_MISSING);
        faults.register(16 * PAGE, 4 * PAGE, REGISTER_MISSING);
        assertThat(MappingBudget.PROCESS.used()).isEqualTo(before + 4);
        faults.unregister(16 * PAGE, 4 * PAGE, REGISTER_MISSING);
        assertThat(MappingBudget.PROCESS.used()).isEqualTo(before + 2);
        faults.close();
        assertThat(MappingBudget.PROCESS.used()).isEqualTo(before);
        assertThatThrownBy(() -> faults.register(0, PAGE, REGISTER_MISSING)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aRefusedRegistrationChangesNothing() throws Exception {
        FaultSupport support = FaultSupport.probe();
        try (ArenaFaultDescriptor other = ArenaFaultDescriptor.tryOpen(reservation, support)) {
            assertThat(other).isNotNull();
            other.register(4 * PAGE, PAGE, REGISTER_MISSING);
            int before = MappingBudget.PROCESS.used();
            assertThatThrownBy(() -> faults.register(0, 8 * PAGE, REGISTER_MISSING))
                    .isInstanceOf(KernelException.class).hasMessageContaining("EBUSY");
            assertThat(MappingBudget.PROCESS.used()).isEqualTo(before);
            assertThat(faults.modes(0)).isZero();
        }
        faults.register(0, 8 * PAGE, REGISTER_MISSING);
        assertThatThrownBy(() -> faults.unregister(0, 9 * PAGE, REGISTER_MISSING))
                .isInstanceOf(IllegalStateException.class);
        assertThat(faults.modes(0)).isEqualTo(REGISTER_MISSING);
    }

    @Test
    void argumentsAreNamed() {
        assertThatThrownBy(() -> faults.register(0, PAGE, Userfault.REGISTER_MINOR))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("modes=4");
        assertThatThrownBy(() -> faults.register(1, PAGE, REGISTER_MISSING))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("offset=1");
        assertThatThrownBy(() -> faults.copy(63 * PAGE, 0, 2 * PAGE, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void protectionIsLiftedByTheFirstWriteWithoutAMessage() throws Exception {
        assumeTrue(faults.tracksWrites(), "no WP_ASYNC");
        faults.register(0, 4 * PAGE, REGISTER_WP);
        assertThat(faults.tryWriteProtect(0, 4 * PAGE, true)).isZero();
        reservation.segment(scope).set(ValueLayout.JAVA_BYTE, PAGE, (byte) 7);
        assertThat(first(1)).isEqualTo((byte) 7);
        assertThat(faults.tryWriteProtect(0, 5 * PAGE, true)).isEqualTo(-Errno.ENOENT.number());
    }

    @Test
    void aKernelWithoutTheFeatureIsSimulated() {
        assertThat(ArenaFaultDescriptor.tryOpen(reservation, FaultSupport.probe("ALL"))).isNull();
        assertThat(ArenaFaultDescriptor.tryOpen(reservation, FaultSupport.probe("SIGBUS"))).isNull();
        ArenaFaultDescriptor without = ArenaFaultDescriptor.tryOpen(reservation, FaultSupport.probe("wp_async, MOVE"));
        assertThat(without).isNotNull();
        assertThat(without.tracksWrites()).isFalse();
        assertThatThrownBy(() -> without.register(0, PAGE, REGISTER_WP)).isInstanceOf(IllegalArgumentException.class);
        without.close();
        assertThatThrownBy(() -> FaultSupport.probe("SIGBUSS")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SIGBUSS");
    }
}
