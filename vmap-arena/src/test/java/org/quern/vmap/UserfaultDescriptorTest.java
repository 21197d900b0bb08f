package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.KernelException;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.linux.UserfaultLayouts;
import org.quern.vmap.UserfaultMessage.PageFault;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quern.vmap.UserfaultMode.MINOR;
import static org.quern.vmap.UserfaultMode.MISSING;
import static org.quern.vmap.UserfaultMode.WRITE_PROTECT;

class UserfaultDescriptorTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final Duration SOON = Duration.ofSeconds(10);
    private final Arena scope = Arena.ofShared();
    private UserfaultDescriptor descriptor;

    @BeforeEach
    void supported() {
        UserfaultSupport support = UserfaultDescriptor.probe();
        assumeTrue(support.availability().isPresent(), support.availability()::reason);
    }

    @AfterEach
    void close() {
        if (descriptor != null) {
            descriptor.close();
        }
        scope.close();
    }

    private UserfaultMemory open(int pages, UserfaultFeature... features) {
        Set<UserfaultFeature> wanted = EnumSet.noneOf(UserfaultFeature.class);
        wanted.addAll(List.of(features));
        assumeTrue(UserfaultDescriptor.probe().features().containsAll(wanted), () -> "this kernel has not " + wanted);
        descriptor = UserfaultDescriptor.open(wanted);
        return descriptor.map(pages * PAGE);
    }

    // ---- descriptor -----------------------------------------------------------------------------------------------

    @Test
    void whatIsMissingIsNamed() {
        String before = System.setProperty(FaultSupport.WITHOUT, "MOVE,POISON");
        try {
            assertThatThrownBy(
                    () -> UserfaultDescriptor.open(EnumSet.of(UserfaultFeature.MOVE, UserfaultFeature.SIGBUS)))
                    .isInstanceOfSatisfying(UserfaultUnavailableException.class,
                            e -> assertThat(e.missing()).containsExactly(UserfaultFeature.MOVE))
                    .hasMessageContaining("this kernel has not [MOVE]");
            System.setProperty(FaultSupport.WITHOUT, "ALL");
            assertThatThrownBy(() -> UserfaultDescriptor.open(Set.of()))
                    .isInstanceOf(UserfaultUnavailableException.class).hasMessageContaining("hidden by");
            assertThat(UserfaultDescriptor.probe().features()).isEmpty();
            try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 20));
                    LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(PAGE), FaultHandler.zeros())) {
                assertThat(area.stats().userfault()).as("copied where the kernel has nothing").isFalse();
                assertThat(area.getLong(0)).isZero();
            }
        } finally {
            if (before == null) {
                System.clearProperty(FaultSupport.WITHOUT);
            } else {
                System.setProperty(FaultSupport.WITHOUT, before);
            }
        }
    }

    @Test
    void featuresAreTheKernelsBits() {
        UserfaultSupport support = UserfaultDescriptor.probe();
        assertThat(UserfaultFeature.bits(support.features())).isEqualTo(support.rawFeatures() & 0x1ffff);
        assertThat(UserfaultFeature.MOVE.bit()).isEqualTo(1 << 16);
    }

    @Test
    void aClosedDescriptorSaysSo() {
        UserfaultMemory memory = open(1);
        descriptor.close();
        descriptor.close();
        assertThat(descriptor.poll(SOON)).isFalse();
        assertThatThrownBy(() -> descriptor.read(1)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> memory.wake(0, PAGE)).isInstanceOf(IllegalStateException.class);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> memory.wake(0, PAGE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> descriptor.read(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("most=0");
    }

    @Test
    void messagesAreDecodedByteForByte() {
        MemorySegment raw = UserfaultLayouts.UFFD_MSG.allocate(scope);
        raw.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x12);
        raw.set(ValueLayout.JAVA_LONG, 8, 3);
        raw.set(ValueLayout.JAVA_LONG, 16, 0x7000);
        raw.set(ValueLayout.JAVA_INT, 24, 77);
        assertThat(MessageDecoder.decode(raw))
                .isEqualTo(new PageFault(0x7000, UserfaultMessage.Kind.WRITE_PROTECTED, true, 77));
        raw.set(ValueLayout.JAVA_LONG, 8, 4);
        assertThat(MessageDecoder.decode(raw)).isEqualTo(new PageFault(0x7000, UserfaultMessage.Kind.MINOR, false, 77));
        raw.set(ValueLayout.JAVA_LONG, 8, 1);
        raw.set(ValueLayout.JAVA_LONG, 24, 99);
        raw.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x14);
        assertThat(MessageDecoder.decode(raw)).isEqualTo(new UserfaultMessage.Remapped(1, 0x7000, 99));
        raw.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x15);
        assertThat(MessageDecoder.decode(raw)).isEqualTo(new UserfaultMessage.Removed(1, 0x7000));
        raw.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x16);
        assertThat(MessageDecoder.decode(raw)).isEqualTo(new UserfaultMessage.Unmapped(1, 0x7000));
        raw.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x33);
        assertThat(MessageDecoder.decode(raw)).isEqualTo(new UserfaultMessage.Unknown(0x33));
    }

    // ---- registration ---------------------------------------------------------------------------------------------

    @Test
    void rangesAreRegisteredReplacedAndOwned() {
        UserfaultMemory memory = open(8, UserfaultFeature.PAGEFAULT_FLAG_WP);
        assertThat(memory.register(0, 8 * PAGE, Set.of(MISSING))).contains(UserfaultOperation.COPY,
                UserfaultOperation.ZEROPAGE, UserfaultOperation.WAKE).doesNotContain(UserfaultOperation.WRITEPROTECT);
        assertThat(memory.register(0, 8 * PAGE, EnumSet.of(MISSING, WRITE_PROTECT)))
                .contains(UserfaultOperation.WRITEPROTECT);
        memory.register(0, PAGE, Set.of(WRITE_PROTECT)); // replaces: no missing faults any more
        assertThatThrownBy(() -> memory.register(1, PAGE, Set.of(MISSING))).isInstanceOf(SpecViolationException.class);
        assertThatThrownBy(() -> memory.register(0, PAGE, Set.of())).isInstanceOf(SpecViolationException.class)
                .hasMessageContaining("mode=0");
        assertThatThrownBy(() -> memory.register(0, PAGE, Set.of(MINOR))).isInstanceOf(KernelException.class)
                .hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> memory.register(8 * PAGE, PAGE, Set.of(MISSING)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        memory.unregister(0, 8 * PAGE);
        memory.unregister(0, 8 * PAGE); // never registered: fine
        memory.close();
    }

    // ---- the rule about safepoints --------------------------------------------------------------------------------

    @Test
    void javaCannotTouchTheMemory() {
        UserfaultMemory memory = open(1);
        MemorySegment handle = memory.forNativeCalls();
        assertThatThrownBy(() -> handle.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(memory::secondMapping).isInstanceOf(IllegalStateException.class);
        memory.close();
        assertThat(handle.scope().isAlive()).isFalse();
    }

    @Test
    void everyCommandDoesWhatItSaysWhenNativeCodeFaults() throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of("timeout", "-s", "KILL", "60"), List.of(),
                UserfaultScenarios.class);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("all scenarios done");
    }

    /** Killed from outside after 60 s: a JVM that hangs at a safepoint does not end itself. */
    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void nativeFaultsAnsweredByAJavaThreadSurviveCollections(String collector) throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of("timeout", "-s", "KILL", "60"), List.of(collector),
                NativeFaults.class, Boolean.getBoolean("quern.long") ? "20000" : "1500");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("faults answered").doesNotContain(" 0 faults");
    }
}
