package org.quern.vmap;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;

class SharingTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int KILLS = Integer.getInteger("quern.kills", Boolean.getBoolean("quern.long") ? 200 : 4);

    @Test
    void twoProcessesExchangeALinkedStructure() throws Exception {
        try (Arena32 arena = Arena32.create(SparseArenaOptions.pages(1000))) {
            long head = arena.allocate(1).granted().handle();
            arena.setLongPlain(head + 8, 1);
            long last = head;
            for (int i = 2; i <= 100; i++) {
                long node = arena.allocate(1).granted().handle();
                arena.setLongPlain(node + 8, i);
                arena.setLongRelease(last, node);
                last = node;
            }
            ForkedJvm.Outcome outcome = ForkedJvm.run(List.of(), List.of(), Peer.class, "append",
                    arena.file().path().toString(), Long.toString(head), "50");
            assertThat(outcome.status()).as(outcome.output()).isZero();
            assertThat(outcome.output()).contains("found 5050");
            long nodes = 0;
            long sum = 0;
            for (long node = head; node != 0; node = arena.getLongAcquire(node)) {
                nodes++;
                sum += arena.getLongPlain(node + 8);
            }
            assertThat(nodes).isEqualTo(150);
            assertThat(sum).isEqualTo(5050 + 50 * 1000 + 1275);
            assertThat(arena.usage().allocatedPages()).isEqualTo(150);
            arena.pages().verify();
        }
    }

    @Test
    void aPeerThatIsKilledLeavesTheSurvivorWorking() throws Exception {
        Random random = new Random();
        try (Arena32 arena = Arena32.create(SparseArenaOptions.pages(100_000))) {
            PageGrant mine = arena.allocate(1).granted();
            for (int kill = 1; kill <= KILLS; kill++) {
                Process peer = ForkedJvm.start(List.of(), List.of("-XX:TieredStopAtLevel=1"), Peer.class, "churn",
                        arena.file().path().toString());
                byte[] said = peer.getInputStream().readNBytes("churning".length());
                assertThat(new String(said, StandardCharsets.UTF_8)).isEqualTo("churning");
                long end = System.nanoTime() + random.nextInt(50_000_000);
                while (System.nanoTime() < end) {
                    arena.free(arena.allocate(2).granted());
                }
                peer.destroyForcibly().waitFor();
                arena.setLongPlain(mine.handle(), kill);
                assertThat(arena.free(arena.allocate(3).granted())).isEqualTo(FreeOutcome.FREED);
                arena.drain();
                arena.pages().verify();
                assertThat(arena.usage().unavailablePages()).isZero();
                assertThat(arena.getLongPlain(mine.handle())).isEqualTo(kill);
                if (kill % 10 == 0) {
                    System.out.println(kill + " of " + KILLS + " kills, " + arena.usage());
                }
            }
            ArenaUsage usage = arena.usage();
            assertThat(usage.allocatedPages()).isLessThan(250L * KILLS);
            assertThat(usage.allocatedByPid().getOrDefault(ProcessHandle.current().pid(), 0L)).isEqualTo(1);
        }
    }

    @Test
    void aProcessCanHaveTheArenaAtTheSameAddress() throws Exception {
        long address = 0x3600_0000_0000L;
        try (Arena32 arena = Arena32.create(
                SparseArenaOptions.pages(4).mappedAt(address).usingPageZero(true))) {
            PageGrant first = arena.allocate(1).granted();
            assertThat(first.handle()).isZero();
            arena.setLongPlain(0, 77);
            ForkedJvm.Outcome outcome = ForkedJvm.run(List.of(), List.of(), Peer.class, "attach-at",
                    arena.file().path().toString(), Long.toString(address));
            assertThat(outcome.output()).contains("at " + address + ", reads 77").contains("again: ADDRESS_OCCUPIED");
            assertThat(outcome.status()).as(outcome.output()).isZero();
            assertThat(arena.getLongPlain(0)).as("what the other process wrote").isEqualTo(78);
            assertThat(arena.bytes()).isEqualTo(4 * PAGE);
        }
    }
}
