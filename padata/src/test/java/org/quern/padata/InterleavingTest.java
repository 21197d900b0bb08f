package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Workers without threads: turns, and orders of turns that repeat. */
@Timeout(60)
class InterleavingTest {
    /** What happened, and the schedule by which it did. */
    private record History(String events, int[] schedule) {}

    /** Two shells and a keyed one, some jobs deferred and completed in another order; all chosen by the seed. */
    private static History play(Padata padata, Interleaving interleaving, long seed) {
        Random random = new Random(seed);
        StringBuilder events = new StringBuilder();
        List<Shell> shells = List.of(padata.newShell(), padata.newShell());
        KeyedShell<Integer> keyed = padata.newKeyedShell(KeyedShellOptions.defaults());
        List<Completion> tokens = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            Shell shell = shells.get(random.nextInt(2));
            boolean defers = random.nextInt(4) == 0;
            shell.submit(new Job() {
                @Override
                protected void parallel(Worker worker) {
                    events.append('p').append(number).append('w').append(worker.index()).append(' ');
                    if (defers) {
                        tokens.add(worker.defer());
                    }
                }

                @Override
                protected void serial() {
                    events.append('s').append(number).append(' ');
                }
            });
            keyed.submit(random.nextInt(3), i, n -> n, n -> events.append('k').append(n).append(' '));
            for (int steps = random.nextInt(3); steps > 0; steps--) {
                interleaving.step();
            }
            while (!tokens.isEmpty() && random.nextBoolean()) {
                tokens.remove(random.nextInt(tokens.size())).complete();
            }
        }
        do {
            interleaving.runUntilIdle();
            tokens.forEach(Completion::complete);
            tokens.clear();
        } while (shells.getFirst().inFlight() + shells.getLast().inFlight() + keyed.keys() > 0);
        assertThat(padata.close(Duration.ofSeconds(5)).drained()).isTrue();
        return new History(events.toString(), interleaving.schedule());
    }

    private static Padata open() {
        return Padata.open(PadataOptions.defaults().named("interleaved").externalWorkers(3, 1));
    }

    @Test
    void sameSeedShouldRepeatEverythingAndSoShouldTheSchedule() {
        Padata first = open();
        History a = play(first, Interleaving.seeded(first, 42), 7);
        Padata second = open();
        History b = play(second, Interleaving.seeded(second, 42), 7);
        Padata third = open();
        History c = play(third, Interleaving.replaying(third, a.schedule()), 7);
        Padata fourth = open();
        History other = play(fourth, Interleaving.seeded(fourth, 43), 7);
        assertThat(b.events()).isEqualTo(a.events());
        assertThat(c.events()).isEqualTo(a.events());
        assertThat(c.schedule()).isEqualTo(a.schedule());
        assertThat(other.events()).as("another seed, another history").isNotEqualTo(a.events());
        assertThat(a.events()).contains("w0").contains("w1").contains("w2");
    }

    @Test
    void misuseShouldBeNamed() {
        try (Padata own = Padata.open(PadataOptions.defaults().named("own"))) {
            assertThat(own.externalWorkers()).isEmpty();
            assertThatThrownBy(() -> Interleaving.replaying(own, 0)).hasMessageContaining("schedule=0");
        }
        try (Padata padata = open()) {
            assertThatThrownBy(() -> Interleaving.replaying(padata, 3)).hasMessageContaining("schedule=3");
            assertThatThrownBy(() -> Interleaving.replaying(padata)).hasMessageContaining("must not be empty");
        }
        assertThatThrownBy(() -> PadataOptions.defaults().externalWorkers(1, 0))
                .hasMessage("batches=0: must be 1..1048576");
        assertThatThrownBy(() -> Padata.open(PadataOptions.defaults().cpuSource(new SimulatedCpus(CpuMask.of(0, 1)))
                .externalWorkers(1, 1).serialCpus(CpuMask.of(0)))).hasMessageContaining("serialCpus=");
    }

    @Test
    void turnInsideATurnShouldBeRefused() {
        Padata padata = open();
        Shell shell = padata.newShell();
        AtomicReference<Throwable> refused = new AtomicReference<>();
        ExternalWorker worker = padata.externalWorkers().getFirst();
        shell.submit(1, n -> {
            try {
                worker.doWork();
            } catch (IllegalStateException e) {
                refused.set(e);
            }
            return n;
        }, n -> {});
        assertThat(worker.doWork()).isEqualTo(1);
        assertThat(refused.get()).hasMessageContaining("at work already");
        assertThat(worker.index()).isZero();
        assertThat(worker.instanceName()).isEqualTo("interleaved");
        padata.close();
        assertThat(worker.doWork()).isZero();
    }
}
