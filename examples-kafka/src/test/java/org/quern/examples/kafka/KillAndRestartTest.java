package org.quern.examples.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The consumer is killed again and again in the middle of its work. Afterwards every record was delivered, each run delivered in
 * order and without a gap, and no commit was ahead of delivery or went back.
 */
@Timeout(240)
class KillAndRestartTest {
    private static final String TOPIC = "numbers";
    private static final int PARTITIONS = 4;
    private static final int RECORDS = Integer.getInteger("quern.operations", 20_000);
    private static final int KILLS = 3;

    private final long seed = System.nanoTime();

    @TempDir
    private Path folder;

    @Test
    void nothingIsLostAndNothingIsCommittedOutOfOrder() throws Exception {
        try (Broker broker = Broker.start(folder)) {
            broker.createTopic(TOPIC, PARTITIONS);
            produce(broker);
            Random random = new Random(seed);
            long[] committedBefore = new long[PARTITIONS];
            long[] delivered = new long[PARTITIONS];
            for (int run = 0; run <= KILLS; run++) {
                Path output = folder.resolve("run" + run);
                Process consumer = start(broker, output);
                if (run < KILLS) {
                    awaitLines(output, consumer, 1 + random.nextInt(RECORDS / KILLS / 2));
                    consumer.destroyForcibly().waitFor(); // SIGKILL
                } else {
                    awaitCommitted(broker, consumer);
                    consumer.destroy(); // SIGTERM: drains, commits, ends
                    assertThat(consumer.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
                long[] committed = committed(broker);
                checkRun(run, output, committedBefore, delivered);
                for (int p = 0; p < PARTITIONS; p++) {
                    assertThat(committed[p]).as("seed %d run %d: commits ascend", seed, run)
                            .isGreaterThanOrEqualTo(committedBefore[p]);
                    assertThat(committed[p]).as("seed %d run %d: committed only what was delivered", seed, run)
                            .isLessThanOrEqualTo(delivered[p]);
                }
                committedBefore = committed;
            }
            assertThat(Arrays.stream(delivered).sum()).isEqualTo(RECORDS);
        }
    }

    /** Lines of a run: for each partition from where it was committed, ascending, no gap. */
    private void checkRun(int run, Path output, long[] from, long[] delivered) throws Exception {
        long[] next = new long[PARTITIONS];
        Arrays.fill(next, -1);
        String text = Files.exists(output) ? Files.readString(output) : "";
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            String[] words = line.split(" ");
            int p = Integer.parseInt(words[0]);
            long offset = Long.parseLong(words[1]);
            assertThat(words[2]).as("seed %d: %s", seed, line).hasSize(16);
            assertThat(offset).as("seed %d run %d partition %d", seed, run, p)
                    .isEqualTo(next[p] == -1 ? from[p] : next[p]);
            next[p] = offset + 1;
            delivered[p] = Math.max(delivered[p], next[p]);
        }
        System.out.println("run " + run + ": from " + Arrays.toString(from) + " delivered to " + Arrays.toString(next));
    }

    private void produce(Broker broker) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.address(), "linger.ms", "20");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null,
                        ("record " + i).getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private Process start(Broker broker, Path output) throws Exception {
        // A group whose dead member is given up quickly: a killed consumer does not say goodbye.
        return Broker.java(folder.resolve("consumer.log"), KafkaDigest.class.getName(), "--bootstrap",
                broker.address(), "--topic", TOPIC, "--output", output.toString(), "--in-flight", "64",
                "--session-millis", "1500");
    }

    private void awaitLines(Path output, Process consumer, int lines) throws Exception {
        while (consumer.isAlive() && (!Files.exists(output) || Files.size(output) < lines * 22L)) {
            Thread.sleep(5);
        }
        assertAlive(consumer);
    }

    private void awaitCommitted(Broker broker, Process consumer) throws Exception {
        while (consumer.isAlive() && Arrays.stream(committed(broker)).sum() < RECORDS) {
            Thread.sleep(100);
        }
        assertAlive(consumer);
    }

    private void assertAlive(Process consumer) throws Exception {
        if (!consumer.isAlive()) {
            throw new AssertionError("the consumer ended: " + Files.readString(folder.resolve("consumer.log")));
        }
    }

    private static long[] committed(Broker broker) throws Exception {
        long[] offsets = new long[PARTITIONS];
        try (Admin admin = broker.admin()) {
            admin.listConsumerGroupOffsets("quern").partitionsToOffsetAndMetadata().get(30, TimeUnit.SECONDS)
                    .forEach((partition, offset) -> offsets[partition.partition()] = offset == null
                            ? 0
                            : offset.offset());
        }
        return offsets;
    }
}
